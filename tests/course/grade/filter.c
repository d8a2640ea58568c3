/* The lists of refused system calls; see filter.h. */
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the sandbox knows x86-64 and arm64 only"
#endif

enum {
    NEWEST = 450,  /* calls beyond are younger than this list: nothing here needs them */
    LENGTH = 1024, /* of a filter, in instructions */
    NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                 CLONE_NEWPID | CLONE_NEWNET,
    WRITING = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)
};

/* Calls that reach others, take uncounted resources, or are the administrator's. */
static const int never[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_shmget,
    SYS_shmat,
    SYS_shmctl,
    SYS_msgget,
    SYS_msgsnd,
    SYS_msgrcv,
    SYS_semget,
    SYS_semop,
    SYS_semtimedop,
    SYS_mq_open,
    SYS_mq_unlink,
    SYS_memfd_create,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_swapon,
    SYS_swapoff,
    SYS_reboot,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_quotactl,
    SYS_acct,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_syslog,
    SYS_fanotify_init,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_lookup_dcookie,
    SYS_io_setup,
    SYS_mbind,
    SYS_migrate_pages,
    SYS_move_pages,
    SYS_vhangup,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_pidfd_open,
    SYS_pidfd_send_signal,
    SYS_pidfd_getfd,
    SYS_process_madvise,
    SYS_mount_setattr,
    SYS_memfd_secret,
    SYS_clone3,
    SYS_openat2,
};

/* Changes files. */
static const int writing[] = {
#ifdef SYS_open /* arm64 has only the calls that end with "at" */
    SYS_creat,     SYS_mknod,       SYS_mkdir,        SYS_rmdir,        SYS_link,
    SYS_symlink,   SYS_unlink,      SYS_rename,       SYS_chmod,        SYS_chown,
    SYS_lchown,    SYS_utime,       SYS_utimes,       SYS_futimesat,    SYS_renameat,
#endif
    SYS_mknodat,   SYS_mkdirat,     SYS_linkat,       SYS_symlinkat,    SYS_unlinkat,
    SYS_renameat2, SYS_truncate,    SYS_fallocate,    SYS_fchmod,       SYS_fchmodat,
    SYS_fchown,    SYS_fchownat,    SYS_utimensat,    SYS_setxattr,     SYS_lsetxattr,
    SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
};

/* Looks into another process. */
static const int tracing[] = {SYS_ptrace};

/* A filter as it grows. */
typedef struct Program {
    struct sock_filter step[LENGTH];
    unsigned short count;
} Program;

static void add(Program *p, struct sock_filter step) {
    if (p->count < LENGTH) p->step[p->count++] = step;
}

static void load(Program *p, size_t offset) {
    add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void end(Program *p, uint32_t verdict) {
    add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}

/* If the loaded word compares so, the next `steps` are run, otherwise passed over. */
static void when(Program *p, uint16_t compares, uint32_t value, uint8_t steps) {
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_K | compares, value, 0, steps));
}

static void unless(Program *p, uint32_t value, uint8_t steps) {
    add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_K | BPF_JEQ, value, steps, 0));
}

static uint32_t fails_with(int error) {
    return SECCOMP_RET_ERRNO | (uint32_t)error;
}

static void refuse(Program *p, const int *call, size_t count) {
    for (size_t k = 0; k < count; k++) {
        /* Where the C library tries another way, it must believe that this one does not exist. */
        bool absent = call[k] == SYS_clone3 || call[k] == SYS_openat2;
        when(p, BPF_JEQ, (uint32_t)call[k], 1);
        end(p, fails_with(absent ? ENOSYS : EPERM));
    }
}

/* Refuses a call whose argument has one of some bits. */
static void refuse_bits(Program *p, int call, int argument, uint32_t bits) {
    when(p, BPF_JEQ, (uint32_t)call, 4);
    load(p, offsetof(struct seccomp_data, args) + 8 * (size_t)argument);
    when(p, BPF_JSET, bits, 1);
    end(p, fails_with(EPERM));
    load(p, offsetof(struct seccomp_data, nr));
}

bool filter_install(Filter filter) {
    static Program p;
    if (filter == FILTER_NONE) return true;
    load(&p, offsetof(struct seccomp_data, arch));
    unless(&p, ARCHITECTURE, 1);
    end(&p, SECCOMP_RET_KILL_PROCESS);
    load(&p, offsetof(struct seccomp_data, nr));
    when(&p, BPF_JGT, NEWEST, 1); /* also the calls of 32 bits that x86-64 has */
    end(&p, fails_with(ENOSYS));
    refuse_bits(&p, SYS_clone, 0, NAMESPACES);
    refuse(&p, never, sizeof never / sizeof *never);
    if (filter != FILTER_DEBUG) refuse(&p, tracing, sizeof tracing / sizeof *tracing);
    if (filter == FILTER_RUN) {
        refuse(&p, writing, sizeof writing / sizeof *writing);
#ifdef SYS_open
        refuse_bits(&p, SYS_open, 1, WRITING);
#endif
        refuse_bits(&p, SYS_openat, 2, WRITING);
    }
    end(&p, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = p.count, .filter = p.step};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}
