/**
 * @file team.h
 * @brief A few threads that share out the items of a job.
 *
 *     static void add_row(void *job, int row, int thread) { ... }
 *
 *     team_run(team, rows, add_row, &sum);      every row once, on any thread, in any order
 *
 * The caller works too, and team_run() returns when every item is done. That is all it waits for: a
 * thread that the system has not given a processor since its last item is not needed to continue,
 * and the others take its share. A thread without an item looks for one for a moment, then sleeps.
 * So a machine that has other work to do loses nothing to threads that wait. (OpenMP's threads meet
 * at the end of every loop and wait there awake, for milliseconds. That is fast on an idle machine,
 * but takes the processor from other programs, and from a thread that has not finished.)
 */
#ifndef TEAM_H
#define TEAM_H

#include "fail.h"

typedef struct Team Team;

/** One item of a job, 0 .. count-1, on a thread, 0 .. threads-1; no other item is on that thread
    at the same time. */
typedef void TeamWork(void *job, int item, int thread);

/**
 * @brief Starts the threads of a team; the caller is one of them.
 * @param threads how many, at least 1
 * @param error   filled when there is no memory, or no thread could be started
 * @return the team, or NULL; team_free() ends its threads
 */
Team *team_new(int threads, Error *error);

/**
 * @brief Ends the threads of a team. No job is running.
 * @param team the team, or NULL
 */
void team_free(Team *team);

/**
 * @brief Does every item of a job once; returns when all are done.
 * @param team  the team; one thread calls this at a time
 * @param count how many items
 */
void team_run(Team *team, int count, TeamWork *work, void *job);

/**
 * @brief The same for a job of some microseconds, which is shared out only after a few jobs of
 *        team_run() in a row ended in time. If the caller had to sleep for a thread, the machine
 *        has other work to do, and one more wait would cost more than it brings: the caller does
 *        every item.
 * @param team  the team; one thread calls this at a time
 * @param count how many items
 */
void team_run_brief(Team *team, int count, TeamWork *work, void *job);

/**
 * @brief How many processors this process may use.
 * @return at least 1
 */
int team_processors(void);

/**
 * @brief How many threads are of use: those beyond the processors would only take turns.
 * @param wanted how many are asked for, at least 1
 * @return 1 .. wanted
 */
int team_threads(int wanted);

#endif
