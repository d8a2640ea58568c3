/*
 * A slow wire between two network namespaces: what `tc qdisc add ... netem` does, for kernels that
 * do not have it. Packets that enter one end leave the other after a delay, at a limited rate.
 *
 *     delay MICROSECONDS MEGABYTES-PER-SECOND        (ranks.sh; as root)
 *
 * Makes the network devices wire1 and wire2, prints a line, and carries packets until it is killed.
 */
#define _GNU_SOURCE /* SCHED_FIFO, ppoll() */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { PACKET = 9100, QUEUE = 4096 }; /* bytes, packets */

typedef struct Packet {
    double due; /* when it leaves the wire */
    ssize_t size;
    char data[PACKET];
} Packet;

/* One direction. */
typedef struct Wire {
    int in, out;
    double free; /* when the last packet has left the sender */
    long taken, given;
    Packet queue[QUEUE];
} Wire;

static Wire wires[2];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int device(const char *name) {
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int file = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (file < 0 || ioctl(file, TUNSETIFF, &request) < 0) {
        perror(name);
        exit(EXIT_FAILURE);
    }
    return file;
}

/* Takes all packets that have come; a full queue drops them, as routers do. */
static void take(Wire *wire, double delay, double rate) {
    while (wire->taken - wire->given < QUEUE) {
        Packet *packet = &wire->queue[wire->taken % QUEUE];
        packet->size = read(wire->in, packet->data, PACKET);
        if (packet->size <= 0) return;
        double begin = now() > wire->free ? now() : wire->free;
        wire->free = begin + (double)packet->size / rate;
        packet->due = wire->free + delay;
        wire->taken++;
    }
}

/* Gives what is due; returns when the next one is. */
static double give(Wire *wire) {
    for (; wire->given < wire->taken; wire->given++) {
        Packet *packet = &wire->queue[wire->given % QUEUE];
        if (packet->due > now()) return packet->due;
        if (write(wire->out, packet->data, (size_t)packet->size) < 0) continue; /* lost */
    }
    return now() + 1;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    double delay = 1e-6 * atof(argv[1]), rate = 1e6 * atof(argv[2]);
    int one = device("wire1"), two = device("wire2");
    wires[0].in = wires[1].out = one;
    wires[0].out = wires[1].in = two;
    /* A packet that is due must not wait for a busy processor. */
    struct sched_param first = {.sched_priority = 50};
    if (sched_setscheduler(0, SCHED_FIFO, &first) < 0) perror("no real-time priority");
    prctl(PR_SET_TIMERSLACK, 1L, 0L, 0L, 0L);
    puts("ready");
    fflush(stdout);
    while (true) {
        struct pollfd files[2] = {{.fd = one, .events = POLLIN}, {.fd = two, .events = POLLIN}};
        double next[2];
        for (int k = 0; k < 2; k++) {
            take(&wires[k], delay, rate);
            next[k] = give(&wires[k]);
        }
        double wait = (next[0] < next[1] ? next[0] : next[1]) - now();
        struct timespec t = {.tv_nsec = wait > 0 ? (long)(1e9 * (wait < 0.9 ? wait : 0.9)) : 0};
        ppoll(files, 2, &t, NULL);
    }
}
