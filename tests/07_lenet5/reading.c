/*
 * Tables, saved files, lines of output; see reading.h.
 */
#include "reading.h"

#include "safetensors.h"

#include <string.h>
#include <unistd.h>

bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

bool same_bytes(const char *a, const char *b) {
    size_t size_a, size_b;
    if (!exists(a) || !exists(b)) return false;
    const char *bytes_a = read_file(a, &size_a), *bytes_b = read_file(b, &size_b);
    return size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
}

double number_after(const char *output, const char *text) {
    const char *at = strstr(output, text);
    return at ? strtod(at + strlen(text), NULL) : (double)NAN;
}

const char *saved_as(const char *path, const char *key) {
    Safetensors file;
    Error error;
    cr_assert(safetensors_open(path, &file, &error), "%s", error.text);
    const char *value = safetensors_metadata(&file, key);
    const char *copy = textf("%s", value ? value : "");
    safetensors_close(&file);
    return copy;
}

/* The start of the next line, or NULL after the last. */
static char *next_line(char *line) {
    char *end = strchr(line, '\n');
    return end && end[1] ? end + 1 : NULL;
}

/* Adds the numbers of a line to a table; `number` has room for all that the text can hold. */
static void add_row(Table *table, char *line) {
    int columns = 0;
    line[strcspn(line, "\n")] = '\0';
    double *row = table->number + table->rows * table->columns;
    for (char *word = strtok(line, "\t"); word; word = strtok(NULL, "\t")) {
        char *end;
        double value = strtod(word, &end);
        row[columns++] = *end ? (double)NAN : value;
    }
    cr_assert(table->rows == 0 || columns == table->columns, "row %d has %d of %d columns",
              table->rows, columns, table->columns);
    table->columns = columns;
    table->rows++;
}

/* The rows from a line to a blank one or the end of the text. */
static Table rows_from(char *line) {
    Table table = {.head = "", .number = line ? kept(strlen(line) * sizeof(double)) : NULL};
    while (line && *line != '\n' && *line != '#') {
        char *next = next_line(line);
        add_row(&table, line);
        line = next;
    }
    return table;
}

Table table_of(const char *path) {
    char *line = read_file(path, NULL);
    const char *head = "";
    if (strchr("-.0123456789", *line) == NULL) { /* words: the names of the columns */
        char *next = next_line(line);
        line[strcspn(line, "\n")] = '\0';
        head = line;
        line = next;
    }
    Table table = rows_from(line);
    table.head = head;
    return table;
}

Table block_of(const char *path, const char *name) {
    const char *title = textf("# %s\n", name);
    char *line = read_file(path, NULL);
    while (line && strncmp(line, title, strlen(title)) != 0)
        line = next_line(line);
    cr_assert(line != NULL, "%s: there is no block %s", path, name);
    return rows_from(next_line(line));
}

int lines_with(const char *path, const char *beginning) {
    int count = 0;
    for (char *line = read_file(path, NULL); line; line = next_line(line))
        count += strncmp(line, beginning, strlen(beginning)) == 0;
    return count;
}

double table_entry(const Table *table, int row, int column) {
    cr_assert(row >= 0 && row < table->rows && column >= 0 && column < table->columns,
              "row %d, column %d of a table of %d rows, %d columns", row, column, table->rows,
              table->columns);
    return table->number[row * table->columns + column];
}

double table_cell(const Table *table, int row, const char *column) {
    char head[1000];
    int k = 0;
    snprintf(head, sizeof head, "%s", table->head);
    for (char *name = strtok(head, "\t"); name; name = strtok(NULL, "\t"), k++)
        if (strcmp(name, column) == 0) return table_entry(table, row, k);
    cr_assert(false, "there is no column %s", column);
    return (double)NAN;
}

void expect_same_log(const char *path, const char *other) {
    Table a = table_of(path), b = table_of(other);
    cr_expect_str_eq(a.head, b.head);
    cr_assert(a.rows == b.rows && a.columns == b.columns, "%d and %d rows", a.rows, b.rows);
    cr_assert(a.rows > 1, "%s: a log without lines", path);
    for (int row = 0; row < a.rows; row++)
        for (int k = 0; k < a.columns; k++) {
            double x = table_entry(&a, row, k), y = table_entry(&b, row, k);
            bool seconds = k == 7;
            cr_expect(seconds || x == y || (isnan(x) && isnan(y)),
                      "line %d, column %d: %.9g and %.9g", row + 2, k + 1, x, y);
        }
}
