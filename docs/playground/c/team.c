/* A team of one, for a machine without threads: a page, or a worker of a page. */
#include "team.h"

struct Team {
    int threads; /* 1 */
};

Team *team_new(int threads, Error *error) {
    static Team alone = {1};
    (void)threads, (void)error;
    return &alone;
}

void team_free(Team *team) {
    (void)team;
}

void team_run(Team *team, int count, TeamWork *work, void *job) {
    (void)team;
    for (int item = 0; item < count; item++)
        work(job, item, 0);
}

void team_run_brief(Team *team, int count, TeamWork *work, void *job) {
    team_run(team, count, work, job);
}

int team_processors(void) {
    return 1;
}

int team_threads(int wanted) {
    (void)wanted;
    return 1;
}
