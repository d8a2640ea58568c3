/*
 * Becomes a program that is not trusted: as another user, with limits, with no environment but the
 * one that is given, and confined by the kernel (Landlock, a seccomp filter).
 *
 *     cage [-u UID] [-d DIR] [-e NAME=VALUE] [-m MIB] [-t SECONDS] [-f MIB] [-p COUNT]
 *          [-r PATH] [-w PATH] [-s compile|run|debug] [-3] -- COMMAND ...
 *     cage -k -u UID
 *     cage -l
 *
 *     -u  user and group, as root         -m  address space of a process
 *     -d  working directory               -t  processor time of a process
 *     -e  a variable of the environment   -f  largest file
 *     -s  which seccomp filter            -p  processes and threads of the user
 *     -r  may be read and executed, with all below; with -r or -w nothing else is
 *     -w  may also be written
 *     -3  descriptor 3 stays open
 *     -k  kills all processes of the user
 *     -l  prints the version of Landlock, 0 when the kernel has none
 *
 * Exit code 125, and a line, when the cage cannot be built: then COMMAND does not run.
 */
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NO_CAGE = 125, PATHS_MAX = 32 };

/* The limits from the command line; 0 or NULL is no limit. */
typedef struct Cage {
    uid_t user;
    const char *folder;
    const char *path[PATHS_MAX];
    bool writable[PATHS_MAX];
    int paths;
    rlim_t memory, seconds, file, processes;
    bool limits_file, channel, kill;
    Filter filter;
} Cage;

static _Noreturn void fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("cage: ", stderr);
    vfprintf(stderr, format, args);
    fprintf(stderr, ": %s\n", strerror(errno));
    exit(NO_CAGE);
}

/* ------------------------------------------------------------------ Landlock ------------- */

/* Of linux/landlock.h, which older systems have in part. */
typedef struct Ruleset {
    uint64_t files, network, scope;
} Ruleset;

typedef struct Beneath {
    uint64_t allowed;
    int32_t folder;
} __attribute__((packed)) Beneath;

enum { BENEATH = 1, ASK_VERSION = 1 };

static const uint64_t execute = 1 << 0, write_file = 1 << 1, read_file = 1 << 2, read_dir = 1 << 3,
                      truncate_file = 1 << 14, device_control = 1 << 15;

static int landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    return version < 0 ? 0 : (int)version;
}

/* All that a version can forbid about files: one bit for each right. */
static uint64_t file_rights(int version) {
    static const int bits[] = {0, 13, 14, 15, 15, 16};
    return (UINT64_C(1) << bits[version < 5 ? version : 5]) - 1;
}

static void allow(int rules, const char *path, bool writable, uint64_t all) {
    struct stat entry;
    uint64_t rights = execute | read_file | read_dir;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &entry) != 0) fail("%s", path);
    if (writable) rights = all & ~device_control;
    if (!S_ISDIR(entry.st_mode)) rights &= execute | write_file | read_file | truncate_file;
    Beneath rule = {.allowed = rights & all, .folder = fd};
    if (syscall(SYS_landlock_add_rule, rules, BENEATH, &rule, 0) != 0) fail("Landlock, %s", path);
    close(fd);
}

/* Forbids all files but those named. The rules about sockets and signals are for the case that the
   filter lets one through. */
static void fence(const Cage *cage) {
    int version = landlock_version();
    if (cage->paths == 0 || version == 0) return;
    uint64_t all = file_rights(version);
    Ruleset set = {.files = all, .network = version >= 4 ? 3 : 0, .scope = version >= 6 ? 3 : 0};
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
    if (rules < 0) fail("Landlock");
    for (int k = 0; k < cage->paths; k++)
        allow(rules, cage->path[k], cage->writable[k], all);
    if (syscall(SYS_landlock_restrict_self, rules, 0) != 0) fail("Landlock");
    close(rules);
}

/* ------------------------------------------------------------------ limits and user ------ */

static void limit(int what, rlim_t most) {
    if (setrlimit(what, &(struct rlimit){most, most}) != 0) fail("limit %d", what);
}

static void set_limits(const Cage *cage) {
    enum { MIB = 1 << 20, DESCRIPTORS = 64, STACK = 8 };
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, DESCRIPTORS);
    limit(RLIMIT_STACK, STACK * MIB);
    limit(RLIMIT_MEMLOCK, 0);
    limit(RLIMIT_MSGQUEUE, 0);
    if (cage->memory) limit(RLIMIT_AS, cage->memory * MIB);
    if (cage->seconds) limit(RLIMIT_CPU, cage->seconds);
    if (cage->limits_file) limit(RLIMIT_FSIZE, cage->file * MIB);
    if (cage->processes) limit(RLIMIT_NPROC, cage->processes);
}

static void become_user(uid_t user) {
    if (user == 0) return;
    if (setgroups(0, NULL) != 0 && getgroups(0, NULL) != 0) fail("groups");
    if (setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0)
        fail("user %u", (unsigned)user);
}

/* Descriptors that the parent left open. */
static void close_others(bool channel) {
    for (int fd = channel ? 4 : 3; fd < 1024; fd++)
        close(fd);
}

static _Noreturn void kill_user(uid_t user) {
    if (user == 0) {
        errno = EINVAL;
        fail("-k wants -u");
    }
    become_user(user);
    kill(-1, SIGKILL); /* every process of this user but this one */
    exit(EXIT_SUCCESS);
}

/* ------------------------------------------------------------------ the command line ----- */

static _Noreturn void usage(void) {
    fputs("usage: cage [options] -- COMMAND ...; see cage.c\n", stderr);
    exit(NO_CAGE);
}

static unsigned long number(const char *text) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0') usage();
    return value;
}

static Filter filter_named(const char *name) {
    if (strcmp(name, "compile") == 0) return FILTER_COMPILE;
    if (strcmp(name, "run") == 0) return FILTER_RUN;
    if (strcmp(name, "debug") == 0) return FILTER_DEBUG;
    usage();
}

static void add_path(Cage *cage, const char *path, bool writable) {
    if (cage->paths == PATHS_MAX) usage();
    cage->path[cage->paths] = path;
    cage->writable[cage->paths++] = writable;
}

static void take_option(Cage *cage, int option, char *value) {
    switch (option) {
    case 'u':
        cage->user = (uid_t)number(value);
        break;
    case 'd':
        cage->folder = value;
        break;
    case 'e':
        if (!strchr(value, '=') || putenv(value) != 0) usage();
        break;
    case 'm':
        cage->memory = number(value);
        break;
    case 't':
        cage->seconds = number(value);
        break;
    case 'f':
        cage->file = number(value);
        cage->limits_file = true;
        break;
    case 'p':
        cage->processes = number(value);
        break;
    case 'r':
    case 'w':
        add_path(cage, value, option == 'w');
        break;
    case 's':
        cage->filter = filter_named(value);
        break;
    case '3':
        cage->channel = true;
        break;
    case 'k':
        cage->kill = true;
        break;
    case 'l':
        printf("%d\n", landlock_version());
        exit(EXIT_SUCCESS);
    default:
        usage();
    }
}

int main(int argc, char **argv) {
    Cage cage = {.filter = FILTER_NONE};
    clearenv();
    for (int option; (option = getopt(argc, argv, "+u:d:e:m:t:f:p:r:w:s:3kl")) != -1;)
        take_option(&cage, option, optarg);
    if (cage.kill) kill_user(cage.user);
    if (optind == argc) usage();
    close_others(cage.channel);
    umask(022);
    if (cage.folder && chdir(cage.folder) != 0) fail("%s", cage.folder);
    set_limits(&cage);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("privileges");
    fence(&cage);
    become_user(cage.user);
    if (!filter_install(cage.filter)) fail("seccomp filter");
    execvp(argv[optind], argv + optind);
    fail("%s", argv[optind]);
}
