/* Tables for gnuplot, all or nothing; see table.h. */
#include "table.h"

#include <errno.h>
#include <string.h>

bool table_open(Table *table, const char *folder, const char *name, Error *error) {
    int length = snprintf(table->path, sizeof table->path, "%s/%s", folder, name);
    snprintf(table->beside, sizeof table->beside, "%s.part", table->path);
    errno = ENAMETOOLONG;
    table->file = (size_t)length < sizeof table->path ? fopen(table->beside, "w") : NULL;
    return table->file || error_set(error, "%s: cannot write: %s", table->path, strerror(errno));
}

bool table_close(Table *table, Error *error) {
    bool ok = !ferror(table->file);
    int why = ok ? 0 : EIO;
    if (fclose(table->file) != 0 && ok) ok = false, why = errno;
    if (ok && rename(table->beside, table->path) != 0) ok = false, why = errno;
    if (ok) return true;
    remove(table->beside);
    return error_set(error, "%s: cannot write all of it: %s", table->path, strerror(why));
}
