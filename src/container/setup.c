/* setup.c - what the image's author provides: where it is, and its modes */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/strerr.h>

#include <sextet/listdir.h>
#include <sextet/path.h>
#include <sextet/statedir.h>
#include <sextet/statemake.h>

#include "stage2.h"

#define PROFILES "/etc/cont-profile.d"

static char const *const provided[] = {
	"fix-attrs.d", "cont-init.d", "services.d", "cont-finish.d"
};

#define PROVIDED (sizeof provided / sizeof *provided)

/* Makes STATEDIR/etc/NAME lead to what the image has. */
static int
lead(struct stage2 *s, char const *name)
{
	char path[PATH_MAX], link[PATH_MAX];
	struct stat st;
	int r = s->c.set.profile ? path_join3(path, sizeof path, PROFILES, s->c.set.profile, name)
		: path_join(path, sizeof path, "/etc", name);

	if (r < 0 || path_join3(link, sizeof link, s->c.statedir, STATEDIR_ETC, name) < 0)
		return -1;
	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (!S_ISDIR(st.st_mode))
		return 0;
	return statemake_link(path, link);
}

/* Says what is begun, in half a line; the other half is its end. */
static void
begin(struct stage2 *s, char const *what, char const *where)
{
	container_say(&s->c, 2, "[s6-init] ", what, where, "...", (char *)0);
}

static void
end(struct stage2 *s, int failed)
{
	container_say(&s->c, 2, failed ? "exited 111.\n" : "exited 0.\n", (char *)0);
}

int
stage2_provide(struct stage2 *s)
{
	char dir[PATH_MAX];
	int failed = 0;

	if (path_join(dir, sizeof dir, s->c.statedir, STATEDIR_ETC) < 0)
		return 1;
	/* by the name that images know */
	begin(s, "making user provided files available at ",
		statedir_usual(s->c.statedir) ? STATEDIR_OLD "/" STATEDIR_ETC : dir);
	if (statemake_directory(dir) < 0) {
		strerr_warnwusys("make ", dir);
		failed = 1;
	}
	for (size_t i = 0; i < PROVIDED; i++) {
		if (lead(s, provided[i]) < 0) {
			strerr_warnwusys("make " STATEDIR_ETC "/", provided[i], " available");
			failed = 1;
		}
	}
	end(s, failed);
	return failed;
}

/* Gives NAME in DIR to root, with MODE, where that is not so. What we are not
   allowed to change must do as it is: scripts are run all the same. */
static int
correct(int dir, char const *name, mode_t mode)
{
	struct stat st, link;

	if (fstatat(dir, name, &st, 0) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (!S_ISREG(st.st_mode))
		return 0;
	/* a link leads to some program of the image, which is not ours to change */
	if (fstatat(dir, name, &link, AT_SYMLINK_NOFOLLOW) < 0 || S_ISLNK(link.st_mode))
		return 0;
	if (!geteuid() && (st.st_uid || st.st_gid) && fchownat(dir, name, 0, 0, 0) < 0
		&& errno != EROFS && errno != EPERM && errno != EACCES)
		return -1;
	if ((st.st_mode & 07777) != mode && fchmodat(dir, name, mode, 0) < 0
		&& errno != EROFS && errno != EPERM && errno != EACCES)
		return -1;
	return 0;
}

static int
open_dir(int dir, char const *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Calls EACH for every name in the directory FD that does not begin with a dot. */
static int
for_each(int fd, int (*each)(int, char const *, mode_t), mode_t mode)
{
	struct listdir l;
	char const *name;
	unsigned char type;
	int r = listdir_start(&l, fd);

	while (r == 0 && (name = listdir_next(&l, &type)))
		if (name[0] != '.' && each(fd, name, mode) < 0)
			r = -1;
	return r < 0 || errno ? -1 : 0;
}

static int
correct_service(int dir, char const *name, mode_t mode)
{
	static char const *const scripts[] = {
		"run", "finish", "log/run", "log/finish", "data/check"
	};
	int fd = open_dir(dir, name), r = 0;

	if (fd < 0)
		return errno == ENOTDIR ? 0 : -1;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		if (correct(fd, scripts[i], mode) < 0)
			r = -1;
	close(fd);
	return r;
}

static int
correct_all(int etc, char const *name, int (*each)(int, char const *, mode_t), mode_t mode)
{
	int fd = open_dir(etc, name), r;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	r = for_each(fd, each, mode);
	close(fd);
	return r;
}

int
stage2_perms(struct stage2 *s)
{
	char dir[PATH_MAX];
	int etc = -1, failed = 0;

	begin(s, "ensuring user provided files have correct perms", "");
	if (path_join(dir, sizeof dir, s->c.statedir, STATEDIR_ETC) >= 0)
		etc = open_dir(AT_FDCWD, dir);
	for (size_t i = 0; i < PROVIDED; i++) {
		int scripts = strcmp(provided[i], "fix-attrs.d") != 0;
		int services = !strcmp(provided[i], "services.d");

		if (correct_all(etc, provided[i], services ? correct_service : correct,
			scripts ? 0755 : 0644) < 0) {
			strerr_warnwusys("correct the modes in " STATEDIR_ETC "/", provided[i]);
			failed = 1;
		}
	}
	if (etc >= 0)
		close(etc);
	end(s, failed);
	return failed;
}
