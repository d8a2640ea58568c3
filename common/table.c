/* Tables for gnuplot, all or nothing; see table.h. */
#include "table.h"

bool table_open(Table *table, const char *folder, const char *name, Error *error) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX)
        return error_set(error, "%.200s...: the path is too long", folder);
    if (!beside_open(path, &table->beside, error)) return false;
    table->file = table->beside.file;
    return true;
}

bool table_close(Table *table, Error *error) {
    return beside_close(&table->beside, error);
}
