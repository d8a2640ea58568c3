/* Files in the run's folder; see notes.h. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "notes.h"

#include "fail.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the folder ----------- */

const char *notes_folder(void) {
    const char *folder = getenv("RUN");
    contract(folder != NULL, "the tests have no folder");
    return folder;
}

bool notes_begin(void) {
    char folder[] = BUILD "/tests/tmp-XXXXXX";
    if (getenv("RUN")) return false;
    contract(mkdtemp(folder) != NULL, "cannot make a folder in " BUILD "/tests");
    setenv("RUN", folder, 1);
    return true;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at) {
    (void)status, (void)type, (void)at;
    return remove(path);
}

void notes_end(void) {
    nftw(notes_folder(), remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static FILE *open_note(const char *name, const char *mode) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", notes_folder(), name);
    return fopen(path, mode);
}

/* ------------------------------------------------------------------ notes ---------------- */

bool note_find(const Item *item, Note *note) {
    char line[256], id[32];
    bool found = false;
    FILE *list = open_note("items.tsv", "r");
    while (list && !found && fgets(line, sizeof line, list)) {
        *note = (Note){"", ""};
        int fields = sscanf(line, "%31s %7s %*d %*d %95s", id, note->verdict, note->causes);
        found = fields >= 2 && strcmp(id, item->id) == 0;
    }
    if (list) fclose(list);
    return found;
}

void note_add(const Item *item, const Note *note, const char *report) {
    int won = strcmp(note->verdict, "PASS") == 0 ? item->points : 0;
    FILE *text = report ? open_note(item->id, "w") : NULL;
    if (text) {
        fputs(report, text);
        fclose(text);
    }
    FILE *list = open_note("items.tsv", "a");
    contract(list != NULL, "cannot write in %s", notes_folder());
    fprintf(list, "%s\t%s\t%d\t%d\t%s\n", item->id, note->verdict, won, item->points, note->causes);
    fclose(list);
}

char *note_report(const Item *item) {
    char *text = NULL, buffer[1024];
    size_t size = 0;
    FILE *in = open_note(item->id, "r"), *out = open_memstream(&text, &size);
    contract(out != NULL, "no memory for a report");
    while (in && fgets(buffer, sizeof buffer, in))
        fputs(buffer, out);
    if (in) fclose(in);
    fclose(out);
    return text;
}
