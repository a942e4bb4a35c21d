/*
 * log.h - what the parts of s6-log share.
 *
 *   s6-log.c    signals, the loop
 *   start.c     options, opening
 *   script.c    directives into a struct log_script
 *   select.c    does a line match a pattern? dfa.h: regular expressions
 *   input.c     reads and cuts the input into lines
 *   lines.c     applies the script to lines
 *   stamp.c     time stamps
 *   status.c    alerts and status files
 *   out.c       bytes that wait for an output
 *   stdout.c    the output "1"
 *   logdir.c    the output "directory": writing and rotation
 *   recover.c   a directory's start, whatever the last logger left in it
 *   archive.c   naming, trimming and listing archives
 *   processor.c running a processor
 *   journal.c   --durable; record.c: the format of its record
 *
 * Data flow: a read fills the input buffer; lines.c hands each line to the
 * outputs, as bytes copied to the output's own buffer ("staged") or, when they
 * go out as they came in, as a stretch of the input buffer (the "run"); then
 * every output writes what it can. The input buffer moves only when no run
 * points into it.
 */

#ifndef LOG_H
#define LOG_H

#include <regex.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <skalibs/tai.h>

#include <sextet/child.h>
#include <sextet/nowait.h>
#include <sextet/tai64n.h>

#include "dfa.h"

#define LOG_READ 65536		/* the most that one read takes */
#define LOG_BACKLOG (16U << 20)	/* what an output may hold back by default */
#define LOG_ISO_FMT 31		/* "YYYY-MM-DD HH:MM:SS.nnnnnnnnn" and two blanks */

/* settings of the whole program */
struct log_conf {
	unsigned int verbosity;
	mode_t mode;		/* of new files: 0666 less the umask */
	size_t backlog;		/* the most bytes that an output holds back */
};

/* out.c: bytes on their way to one output: first the staged ones, then the
   run, which lies in the input buffer. */
struct log_dir;
struct log_journal;
struct log_stdout;

struct log_out {
	struct log_dir *dir;	/* where they go: a directory, or */
	struct log_stdout *std;	/* standard output */
	char *buf;
	size_t cap, head, tail;	/* buf[head..tail) is staged */
	char const *run;
	size_t runlen;
	size_t max;		/* cap never grows beyond, but for one long line */
};

static inline size_t
log_out_pending(struct log_out const *o)
{
	return o->tail - o->head + o->runlen;
}

/* Is there room to stage N bytes at buf + tail? When not, makes some: by
   writing, then by growing. Returns 0 when the output is full. */
extern int log_out_room(struct log_out *o, size_t n);

/* Stages N bytes. Returns 0 when the output is full. */
extern int log_out_put(struct log_out *o, char const *s, size_t n);

/* Adds S[0..N), whole lines in the input buffer. Returns 0 when full. */
extern int log_out_run(struct log_out *o, char const *s, size_t n);

/* Stages the run, so that the input buffer may move. Returns 0 when full. */
extern int log_out_settle(struct log_out *o);

/* Writes what can be written now. Directories of a script that are the same
   share one. */
extern void log_out_flush(struct log_out *o);

/* The first N pending bytes as at most two pieces; returns their number. */
extern int log_out_pieces(struct log_out const *o, size_t n, struct iovec *v);

/* Forgets the first N pending bytes. */
extern void log_out_consume(struct log_out *o, size_t n);

/* Where the line that holds pending byte AT ends (past its newline; past the
   last byte when there is none), and where it starts. */
extern size_t log_out_line_end(struct log_out const *o, size_t at);
extern size_t log_out_line_start(struct log_out const *o, size_t at);

/* Pending byte AT. */
extern char log_out_byte(struct log_out const *o, size_t at);

/* stdout.c */
struct log_stdout {
	struct log_conf const *conf;
	struct log_out out;
	enum nowait kind;	/* how to write to it */
	int console;		/* shared with others: lines must not be mixed with theirs */
	int blocked;		/* full, until poll says otherwise */
	int dead;		/* a write failed: everything is thrown away */
};

extern void log_stdout_init(struct log_stdout *s, struct log_conf const *conf);
extern void log_stdout_flush(struct log_stdout *s);

/* Stages a line that tells how many were dropped before. Returns 0 when there
   is no room for it. */
struct log_action;
extern int log_stdout_confess(struct log_action *a);

/* select.c */
enum log_match { LOG_MATCH_ALL, LOG_MATCH_HAS, LOG_MATCH_BEGINS, LOG_MATCH_ENDS,
	LOG_MATCH_IS, LOG_MATCH_REGEX };

struct log_pattern {
	enum log_match kind;
	char *text;		/* the literal; for REGEX, what every match holds */
	size_t len;
	size_t rare;		/* where in it the byte is that lines have most seldom */
	struct dfa dfa;		/* of REGEX; without a table, re */
	regex_t re;
	char const *hit, *end;	/* HAS: no occurrence before hit, as far as end */
};

/* Compiles an extended regular expression. Returns 0, or a regcomp code. */
extern int log_pattern_compile(struct log_pattern *p, char const *text);
extern void log_pattern_free(struct log_pattern *p);

/* Must be called before matching in a buffer whose content has changed. */
extern void log_pattern_forget(struct log_pattern *p);

/* Does the line LINE[0..LEN) match? It lies in a buffer of lines that reaches
   to END; LINE[LEN] can be written and is preserved. */
extern int log_pattern_match(struct log_pattern *p, char *line, size_t len, char const *end);

/* stamp.c: the stamps of the present line, ready to be copied */
struct log_stamp {
	int tai, iso;			/* which ones are wanted */
	tain now;
	uint64_t second;	/* for which iso is laid out */
	char tai_text[TAI64N_FMT + 1];
	char iso_text[LOG_ISO_FMT];
};

/* Takes the time; the next line gets it. */
extern void log_stamp_read(struct log_stamp *st);

/* On to the next line: a nanosecond later. */
extern void log_stamp_next(struct log_stamp *st);

/* script.c */
enum log_act { LOG_ACT_STDOUT, LOG_ACT_ALERT, LOG_ACT_STATUS, LOG_ACT_DIR };

struct log_action {
	enum log_act kind;
	int tai, iso;		/* stamped? */
	char const *prefix;	/* null: none; else a blank follows it */
	size_t prefixlen;
	uint32_t number;	/* alert: E; status file: ^ */
	char const *file;	/* status file */
	char *spare;		/* status file: FILE.new */
	size_t dir;		/* directory: its index */
	struct log_out *out;	/* standard output and directory: set by the program */
	int bulk;		/* all lines, as they are, to an output of its own */
	int console;		/* lines are copied: its reader must not hold up the input */
	int lossy;		/* console: drop lines rather than wait */
	uint64_t dropped;	/* console: lines not told of yet */
	char const *last;	/* status file: the line to write, and its stamps */
	size_t lastlen;
	struct log_stamp stamp;
	int failed;		/* status file: the last time */
};

enum log_opcode { LOG_OP_PLUS, LOG_OP_MINUS, LOG_OP_FRESH, LOG_OP_ACT };

struct log_op {
	enum log_opcode code;
	struct log_pattern pattern;	/* of PLUS, MINUS */
	struct log_action *act;		/* of ACT */
};

/* what a directory's directives say */
struct log_limits {
	uint32_t archives;	/* n */
	uint32_t size, slack;	/* s, l */
	uint64_t total;		/* S */
	uint32_t retry;		/* r, milliseconds */
	uint32_t period;	/* R, seconds */
	char const *processor;	/* ! or ?: the argument, or null */
	int shell;		/* it was ? */
};

struct log_target {
	char const *name;
	struct log_limits lim;
};

struct log_script {
	struct log_op *ops;
	size_t nops;
	struct log_action *acts;
	size_t nacts;
	struct log_target *dirs;
	size_t ndirs;
	int perline;		/* not all actions are bulk */
	int extraneous;		/* directives after the last action */
};

enum log_error { LOG_FINE, LOG_UNRECOGNIZED, LOG_SYNTAX, LOG_CONFLICT, LOG_NO_ACTION,
	LOG_NO_MEMORY };

/* Parses N directives; *BAD is the one that is wrong. The script refers to
   their text. On an error S holds nothing. */
extern enum log_error log_script_parse(struct log_script *s, char const *const *words, size_t n,
	char const **bad);
extern void log_script_free(struct log_script *s);

/* Adds the action of the console: every line goes to standard output, too,
   behind PREFIX, if it is not null, and a blank. Good for one call. */
extern struct log_action *log_script_console(struct log_script *s, char const *prefix);

/* Marks the actions that need no look at single lines; to be called when all
   outputs are known. */
extern void log_script_plan(struct log_script *s);

/* input.c: the input buffer */
struct log_input {
	char *buf;		/* cap + 1 bytes */
	size_t cap, pos, len;	/* buf[0..pos) is done, buf[pos..len) is not */
	size_t limit;		/* of a line, 0: none */
	struct log_journal *journal;	/* where to read from, or null: standard input */
};

/* 0, or -1 with errno. */
extern int log_input_init(struct log_input *in, size_t limit);

/* Reads once, at most MAX bytes. Returns what read returns. There must be no
   run. */
extern ssize_t log_input_read(struct log_input *in, size_t max);

/* Ends the last line. */
extern void log_input_terminate(struct log_input *in);

/* lines.c: the script at work */
struct log_lines {
	struct log_conf const *conf;
	struct log_script script;
	struct log_input *in;
	struct log_stamp stamp;
	size_t op;		/* an output was full: go on at this operation */
	int selected, acted;
};

/* Applies the script to the whole lines between pos and len. Returns 1 when
   all are done, 0 when an output is full: call again. */
extern int log_lines(struct log_lines *l);

/* status.c */
extern void log_alert(struct log_action const *a, struct log_stamp const *st, char const *s,
	size_t len);
extern void log_status_write(struct log_action *a, struct log_conf const *conf);

/* logdir.c: a log directory */
enum log_front { LOG_WRITING, LOG_SHELVING, LOG_OPENING, LOG_NAMING };
enum log_back { LOG_RESTING, LOG_SEALING, LOG_SETTLING, LOG_SPAWNING, LOG_PROCESSING,
	LOG_ACCEPTING, LOG_PUBLISHING };

struct log_trouble {
	int on;
	int64_t since, again;	/* when it began, when to try again */
};

struct log_dir {
	struct log_conf const *conf;
	char const *name;
	struct log_limits lim;
	struct log_out out;
	int dirfd, lockfd;
	int fd;			/* current */
	int oldfd;		/* previous, until it is sealed */
	uint64_t size;		/* of current */
	int torn;		/* current ends within a line */
	int wanted;		/* rotate at the next line's end */
	enum log_front front;	/* writing, or on the way to a new current */
	enum log_back back;	/* what happens to previous meanwhile */
	struct log_trouble ftrouble, btrouble;
	int64_t rotate_at;	/* R */
	pid_t processor;
	int closing;		/* the end is near: no more trying again */
	tain newest;		/* the newest archive's label */
	struct log_journal *journal;
	uint64_t again;		/* so many bytes of what comes are there already */
};

/* One warning when trouble begins, with errno's text; FILE may be null.
   Returns 0. */
extern int log_dir_failed(struct log_dir *d, struct log_trouble *t, char const *what,
	char const *file);
/* And one message when it ends. */
extern void log_dir_worked(struct log_dir *d, struct log_trouble *t, char const *what);
/* Is it too early to try again? */
extern int log_trouble_waits(struct log_trouble const *t);

/* Writes and rotates as far as possible; then, which may take its time, does
   what remains to be done for the file taken out of service. */
extern void log_dir_work(struct log_dir *d);
extern void log_dir_settle(struct log_dir *d);

/* Asks for a rotation as soon as a line ends. */
extern void log_dir_rotate(struct log_dir *d);

/* When log_dir_tick has to be called, events apart. */
extern int64_t log_dir_deadline(struct log_dir const *d);
extern void log_dir_tick(struct log_dir *d);

/* The processor ended with this wait status. */
extern void log_dir_processed(struct log_dir *d, int status);

/* Nothing to write, no rotation under way? */
extern int log_dir_idle(struct log_dir const *d);

/* Marks current as whole and closes it. */
extern void log_dir_close(struct log_dir *d);

/* record.c: see there */
#define LOG_SLOT 4096
#define LOG_MARKS 70		/* as many fit into a slot */

struct log_mark {
	uint64_t dir_dev, dir_ino, dev, ino, birth, size, rotated;
};

struct log_record {
	uint64_t seq;
	unsigned char boot[CHILD_BOOT];
	uint64_t script, pipe_dev, pipe_ino, done;
	uint32_t which;
	size_t n;
	struct log_mark marks[LOG_MARKS];
};

/* At most LOG_SLOT bytes; returns how many. */
extern size_t log_record_pack(char *to, struct log_record const *r);

/* Reads a slot of LOG_SLOT bytes. Returns 0 when it holds no record. */
extern int log_record_unpack(char const *from, struct log_record *r);

/* The hash of more bytes, from that of the ones before; 0 at the beginning. */
extern uint64_t log_record_hash(uint64_t h, char const *s, size_t n);

/* journal.c: with --durable, lines leave the pipe only by being moved into a
   file of the first log directory, and the record tells which of them have
   reached the directories. Files: journal (the record), journal.0, journal.1. */
struct log_journal {
	int on;			/* there is one */
	int draining;		/* left by a killed logger; none shall be kept */
	struct log_dir *dirs;	/* the first one holds it */
	size_t ndirs;
	struct log_record old, now;
	int record, fd[2];
	uint64_t loaded, end;	/* of the present file: in the input buffer; in all */
	struct log_trouble trouble;
};

/* Looks for the record of a killed logger in the directory, which is locked. */
extern void log_journal_find(struct log_journal *j, struct log_dir *first);

/* Brings the directory D, not yet recovered, back to where the record says.
   Dies with 111. */
extern void log_journal_restore(struct log_journal *j, struct log_dir *d);

/* All directories are open: goes on where the old record ended, or begins
   anew when DURABLE. SCRIPT is its hash. Dies with 100 or 111. */
extern void log_journal_begin(struct log_journal *j, size_t ndirs, int durable, uint64_t script);

/* Is there something to read that poll does not know of? */
extern int log_journal_ready(struct log_journal const *j);

/* As read from standard input; -1 with EAGAIN when it has to be tried again. */
extern ssize_t log_journal_read(struct log_journal *j, char *to, size_t n);

/* D begins a new current, FD: to be marked in the record before anything is
   written to it. Returns 0, or -1 with errno. */
extern int log_journal_turn(struct log_journal *j, struct log_dir *d, int fd, uint64_t size);

/* D's current was replaced by a copy, FD. */
extern int log_journal_moved(struct log_journal *j, struct log_dir *d, int fd);

/* All lines before pos of the input are in the directories. */
extern void log_journal_checkpoint(struct log_journal *j, struct log_input const *in);

/* The end: nothing of it is needed any more. */
extern void log_journal_remove(struct log_journal *j);

/* recover.c */

/* Opens or makes the directory called NAME, locks it and recovers what the
   last logger left. Dies with 111. current is opened by log_dir_work. */
extern void log_dir_open(struct log_dir *d, struct log_target const *t,
	struct log_conf const *conf, struct log_journal *j);

/* Is D the directory called NAME? */
extern int log_dir_is(struct log_dir const *d, char const *name);

/* Opens current for appending. Returns the descriptor, or -1 with errno. */
extern int log_dir_current(struct log_dir *d, uint64_t *size);

/* Somebody removed current, or all of the directory: makes both again, with
   the content that the open file still has. Returns 0, or -1 with errno. */
extern int log_dir_remake(struct log_dir *d);

/* archive.c: these return 0, or -1 with errno. FILE gets an archive's name
   ending in SUFFIX, unless it is missing; it is removed when it is empty. The
   directory is not synced. */
extern int log_archive(struct log_dir *d, char const *file, char suffix);

/* The archive that is the file DEV, INO: fills NAME, of LOG_ARCHIVE_NAME bytes, and
   returns 1; 0 when there is none. */
#define LOG_ARCHIVE_NAME (TAI64N_FMT + 3)
extern int log_archive_find(struct log_dir const *d, uint64_t dev, uint64_t ino, char *name);

/* Removes the oldest archives beyond the limits; warns of what it cannot. */
extern void log_archive_trim(struct log_dir *d);

/* Finds the newest label in the directory. */
extern int log_archive_newest(struct log_dir *d);

/* processor.c: starts the processor. 0, or -1 with errno. */
extern int log_processor_start(struct log_dir *d);

/* Takes its results: processed is what it put out, whole, previous is gone,
   newstate is state. Returns 0, or -1 with errno and the *FILE; -2 when its
   output could not be synced. */
extern int log_processor_accept(struct log_dir *d, char const **file);

/* s6-log.c */

/* LOG_READING until the end of the input or a signal to end; after a signal within
   a line, LOG_LAST_LINE until the line ends; LOG_ENDING until all is written. */
enum log_phase { LOG_READING, LOG_LAST_LINE, LOG_ENDING };

struct log_program {
	struct log_conf conf;
	struct log_input in;
	struct log_lines lines;
	struct log_stdout std;
	struct log_journal journal;
	struct log_dir *dirs;
	size_t ndirs;
	int block, protect;	/* -b, -p */
	int durable;		/* --durable */
	int console, lossy;	/* --console, --console-drop */
	char const *name;	/* on the console, null: the first directory's */
	struct log_action *on_console;
	uint32_t limit, line_timeout, flush_timeout;
	uint32_t notify;	/* 0: no */
	int sigfd;
	enum log_phase phase;
	int full;		/* an output is full: the script stopped midway */
	int64_t deadline;	/* of LAST_LINE and ENDING */
	int overdue;		/* the deadline is past, but a processor is at work */
};

/* start.c: reads the command line, opens all outputs. G holds the defaults.
   Dies with 100 or 111. */
extern void log_start(struct log_program *g, int argc, char const *const *argv);

#endif
