<?php echo "hello from PHP, greeting=", getenv("GREETING"), "\n";
