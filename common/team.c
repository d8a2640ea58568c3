/*
 * Threads that share out items; see team.h. One lock guards the job; two counters can be read
 * without it, by a thread that looks for a change before it sleeps.
 *
 * Taking an item under a lock costs little next to its work; to sleep and to be woken costs as much
 * as a brief job. So threads look for a change before they sleep, but not for long.
 */
#define _GNU_SOURCE /* sched_getaffinity() of Linux */
#include "team.h"

#include "measure.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* How long to look for a change before sleeping, in seconds. To fall asleep and be woken takes
   about as long, and on an idle machine the others are hardly ever further behind than this. */
static const double patience = 50e-6;

/* So many jobs in a row must have ended in time before brief ones are shared out. Where there is
   nothing but brief ones (mini-batches of one image), the others sleep and are left to. */
enum { TRUSTED = 10 };

/* A thread's argument: its team, and its number there. */
typedef struct Worker {
    Team *team;
    int number;
    pthread_t thread;
} Worker;

struct Team {
    int workers;           /* threads that team_new() started: all but the caller */
    Worker *worker;        /* 1 .. workers; the caller is number 0 */
    pthread_mutex_t lock;  /* guards everything below */
    pthread_cond_t items;  /* there are items to take, or the team ends */
    pthread_cond_t done;   /* the last item is done */
    TeamWork *work;        /* the job */
    void *job;             /* its data */
    int count;             /* its items */
    atomic_int untaken;    /* items that have not begun */
    atomic_int unfinished; /* items that are not done */
    int asleep;            /* workers that wait for items */
    bool caller_asleep;    /* the caller waits for the last item */
    bool closing;          /* the team ends */
    int in_time;           /* jobs in a row that the caller did not sleep for; used by it alone */
};

/* Looks at a counter until it is 0, or until it is not, but only for a moment. It may change again
   by the time the caller acts: that is decided under the lock. */
static void look(atomic_int *counter, bool zero) {
    double until = seconds_now() + patience;
    while ((atomic_load(counter) == 0) != zero && seconds_now() < until)
        continue;
}

/* Takes the next item, if there is one. */
static bool take(Team *t, int *item) {
    pthread_mutex_lock(&t->lock);
    bool any = t->untaken > 0;
    if (any) {
        *item = t->count - t->untaken;
        t->untaken--;
    }
    pthread_mutex_unlock(&t->lock);
    return any;
}

/* One item is done. The last one wakes the caller, if that has gone to sleep. */
static void finish(Team *t) {
    pthread_mutex_lock(&t->lock);
    t->unfinished--;
    if (t->unfinished == 0 && t->caller_asleep) pthread_cond_signal(&t->done);
    pthread_mutex_unlock(&t->lock);
}

/* Takes items until there are no more. The job cannot change while one of them is unfinished. */
static void work_through(Team *t, int thread) {
    int item;
    while (take(t, &item)) {
        t->work(t->job, item, thread);
        finish(t);
    }
}

/* Waits for items; false when the team ends. */
static bool wait_for_items(Team *t) {
    look(&t->untaken, false);
    pthread_mutex_lock(&t->lock);
    /* a loop, as another thread may take the items first, and a wait may end without a reason */
    while (t->untaken == 0 && !t->closing) {
        t->asleep++;
        pthread_cond_wait(&t->items, &t->lock);
        t->asleep--;
    }
    bool more = !t->closing;
    pthread_mutex_unlock(&t->lock);
    return more;
}

/* The life of a thread: items, sleep, items, until the team ends. */
static void *work_loop(void *argument) {
    Worker *worker = argument;
    while (wait_for_items(worker->team))
        work_through(worker->team, worker->number);
    return NULL;
}

/* Hands out a job, and wakes as many sleepers as have something to do; the caller takes an item
   itself. */
static void begin(Team *t, int count, TeamWork *work, void *job) {
    pthread_mutex_lock(&t->lock);
    t->work = work;
    t->job = job;
    t->count = count;
    t->unfinished = count;
    t->untaken = count;
    int wake = t->asleep < count - 1 ? t->asleep : count - 1;
    for (int i = 0; i < wake; i++)
        pthread_cond_signal(&t->items);
    pthread_mutex_unlock(&t->lock);
}

/* All items are taken, but some are still being worked on by others. */
static void wait_for_the_last(Team *t) {
    look(&t->unfinished, true);
    pthread_mutex_lock(&t->lock);
    t->in_time = t->unfinished > 0 ? 0 : t->in_time + 1;
    t->caller_asleep = true;
    while (t->unfinished > 0)
        pthread_cond_wait(&t->done, &t->lock);
    t->caller_asleep = false;
    pthread_mutex_unlock(&t->lock);
}

/* One thread, or a job that is not worth waking others. */
static void run_alone(int count, TeamWork *work, void *job) {
    for (int item = 0; item < count; item++)
        work(job, item, 0);
}

void team_run(Team *t, int count, TeamWork *work, void *job) {
    if (t->workers == 0) {
        run_alone(count, work, job);
        return;
    }
    begin(t, count, work, job);
    /* the caller works as well: it would only wait otherwise */
    work_through(t, 0);
    wait_for_the_last(t);
}

void team_run_brief(Team *t, int count, TeamWork *work, void *job) {
    if (t->in_time < TRUSTED)
        run_alone(count, work, job);
    else
        team_run(t, count, work, job);
}

/* ------------------------------------------------------------------ begin and end -------- */

Team *team_new(int threads, Error *error) {
    Team *t = calloc(1, sizeof *t);
    Worker *worker = calloc((size_t)threads, sizeof *worker);
    if (!t || !worker) {
        free(t);
        free(worker);
        error_set(error, "no memory for %d threads", threads);
        return NULL;
    }
    t->worker = worker;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->items, NULL);
    pthread_cond_init(&t->done, NULL);
    /* a team with fewer threads than asked for would be slower than expected: that is an error */
    for (int k = 1; k < threads; k++) {
        worker[k] = (Worker){.team = t, .number = k};
        if (pthread_create(&worker[k].thread, NULL, work_loop, &worker[k]) != 0) {
            error_set(error, "the system gives no more than %d of %d threads", k, threads);
            team_free(t);
            return NULL;
        }
        t->workers = k;
    }
    return t;
}

void team_free(Team *t) {
    if (!t) return;
    /* all wake up, see that the team ends, and are waited for: none uses the memory after this */
    pthread_mutex_lock(&t->lock);
    t->closing = true;
    pthread_cond_broadcast(&t->items);
    pthread_mutex_unlock(&t->lock);
    for (int k = 1; k <= t->workers; k++)
        pthread_join(t->worker[k].thread, NULL);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->items);
    pthread_cond_destroy(&t->done);
    free(t->worker);
    free(t);
}

int team_processors(void) {
#ifdef __linux__
    cpu_set_t set; /* fewer than all, when taskset or a container says so */
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int team_threads(int wanted) {
    int processors = team_processors();
    return wanted < processors ? wanted : processors;
}
