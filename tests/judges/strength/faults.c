/* A disk that fails, put before the C library's calls with LD_PRELOAD.
 *
 * Steps are the calls that FAULT_STEPS names by a letter each, as far as they concern what lies under FAULT_ROOT. The
 * step with the number FAULT_AT fails with FAULT_ERRNO, and with FAULT_LASTING each after it too. How many
 * steps there were is written to FAULT_COUNT. FAULT_SECONDS is added to the clock.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long taken;

static long number(const char *name) {
    const char *value = getenv(name);
    return value ? atol(value) : 0;
}

static int is_below(const char *path) {
    const char *root = getenv("FAULT_ROOT");
    return root && path && strncmp(path, root, strlen(root)) == 0;
}

static int is_ours(int folder, const char *path) {
    char base[4096], link[64];
    if (path && path[0] == '/')
        return is_below(path);
    if (folder == AT_FDCWD) {
        return getcwd(base, sizeof base) && is_below(base);
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0)
        return 0;
    base[length] = 0;
    return is_below(base);
}

/* Takes a step of a kind, and tells whether it fails. */
static int fails(char kind, int folder, const char *path) {
    const char *kinds = getenv("FAULT_STEPS");
    if (!kinds || !strchr(kinds, kind) || !is_ours(folder, path))
        return 0;
    long now = atomic_fetch_add(&taken, 1), at = number("FAULT_AT");
    if (!getenv("FAULT_AT") || (now != at && !(now > at && getenv("FAULT_LASTING"))))
        return 0;
    errno = (int)number("FAULT_ERRNO");
    return 1;
}

__attribute__((destructor)) static void tell(void) {
    const char *place = getenv("FAULT_COUNT");
    char text[32];
    if (!place)
        return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, place, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int length = snprintf(text, sizeof text, "%ld", atomic_load(&taken));
    syscall(SYS_write, file, text, (size_t)length);
    syscall(SYS_close, file);
}

/* c: made; b: opened to be written; o: opened to be read */
static int opened(const char *path, int folder, int flags, mode_t mode) {
    int makes = (flags & O_CREAT) && syscall(SYS_faccessat, folder, path, F_OK) != 0;
    char kind = makes ? 'c' : (flags & O_ACCMODE) != O_RDONLY ? 'b' : 'o';
    if (fails(kind, folder, path))
        return -1;
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(last) va_list all; va_start(all, last); mode_t mode = va_arg(all, mode_t); va_end(all)
int open(const char *path, int flags, ...) { MODE(flags); return opened(path, AT_FDCWD, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags); return opened(path, AT_FDCWD, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags); return opened(path, at, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags); return opened(path, at, flags, mode); }

/* w: written */
ssize_t write(int file, const void *bytes, size_t count) {
    return fails('w', file, NULL) ? -1 : syscall(SYS_write, file, bytes, count);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    return fails('w', file, NULL) ? -1 : syscall(SYS_pwrite64, file, bytes, count, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off_t at) {
    return fails('w', file, NULL) ? -1 : syscall(SYS_pwrite64, file, bytes, count, at);
}
ssize_t writev(int file, const struct iovec *all, int count) {
    return fails('w', file, NULL) ? -1 : syscall(SYS_writev, file, all, count);
}
int ftruncate(int file, off_t length) {
    return fails('t', file, NULL) ? -1 : (int)syscall(SYS_ftruncate, file, length);
}
int ftruncate64(int file, off_t length) {
    return fails('t', file, NULL) ? -1 : (int)syscall(SYS_ftruncate, file, length);
}

/* s: made durable */
int fsync(int file) { return fails('s', file, NULL) ? -1 : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return fails('s', file, NULL) ? -1 : (int)syscall(SYS_fdatasync, file); }

/* r: renamed; l: linked; m: a folder made; u: removed */
int rename(const char *from, const char *to) {
    return fails('r', AT_FDCWD, to) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int linkat(int at, const char *from, int into, const char *to, int flags) {
    return fails('l', into, to) ? -1 : (int)syscall(SYS_linkat, at, from, into, to, flags);
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
int mkdir(const char *path, mode_t mode) {
    return fails('m', AT_FDCWD, path) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
int unlink(const char *path) {
    return fails('u', AT_FDCWD, path) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
int rmdir(const char *path) {
    return fails('u', AT_FDCWD, path) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

/* f: locked whole; p: locked by ranges, as SQLite does */
int flock(int file, int how) {
    return fails('f', file, NULL) ? -1 : (int)syscall(SYS_flock, file, how);
}
static int controlled(int file, int what, void *with) {
    int locks = what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLK || what == F_OFD_SETLKW;
    return locks && fails('p', file, NULL) ? -1 : (int)syscall(SYS_fcntl, file, what, with);
}
#define WITH(last) va_list all; va_start(all, last); void *with = va_arg(all, void *); va_end(all)
int fcntl(int file, int what, ...) { WITH(what); return controlled(file, what, with); }
int fcntl64(int file, int what, ...) { WITH(what); return controlled(file, what, with); }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int told = (int)syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME)
        now->tv_sec += number("FAULT_SECONDS");
    return told;
}
