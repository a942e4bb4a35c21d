/* nothing - ends at once: what chain programs execute here. */

int
main(void)
{
	return 0;
}
