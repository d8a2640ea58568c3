/*
 * One table: where the bytes are, the bytes, the name, the remedy.
 */
#include "kind.h"

#include <ctype.h>
#include <string.h>

/* ImageMagick's command; -auto-orient turns a photograph upright. */
#define CONVERT     "convert FILE -auto-orient drawing.png"
#define FETCH_AGAIN "fetch the file itself"

static const Mark marks[] = {
    {0, 8, "\211PNG\r\n\032\n", {"a PNG image", "it is read"}},
    {0, 3, "\377\330\377", {"a JPEG image", "it is read"}},
    {0, 4, "GIF8", {"a GIF image", CONVERT}},
    {8, 4, "WEBP", {"a WebP image", CONVERT}},
    {4, 8, "ftypheic", {"a HEIC image", CONVERT}},
    {4, 8, "ftypheix", {"a HEIC image", CONVERT}},
    {4, 8, "ftyphevc", {"a HEIC image", CONVERT}},
    {4, 8, "ftypmif1", {"a HEIC image", CONVERT}},
    {4, 8, "ftypmsf1", {"a HEIC image", CONVERT}},
    {4, 8, "ftypavif", {"an AVIF image", CONVERT}},
    {4, 8, "ftypavis", {"an AVIF image", CONVERT}},
    {4, 4, "ftyp", {"a film (MP4)", "save one picture of it as PNG"}},
    {0, 4, "II*\0", {"a TIFF image", CONVERT}},
    {0, 4, "MM\0*", {"a TIFF image", CONVERT}},
    {0, 4, "\0\0\1\0", {"an ICO image", CONVERT}},
    {0, 4, "8BPS", {"a Photoshop image", CONVERT}},
    {0, 4, "gimp", {"a GIMP image", "export it as PNG"}},
    {0, 12, "\0\0\0\fjP  \r\n\207\n", {"a JPEG 2000 image", CONVERT}},
    {0, 2, "\377\n", {"a JPEG XL image", "djxl FILE drawing.png"}},
    {0, 8, "\0\0\0\fJXL ", {"a JPEG XL image", "djxl FILE drawing.png"}},
    {0, 3, "P1\n", {"a PBM image", CONVERT}},
    {0, 2, "P4", {"a PBM image", CONVERT}},
    {0, 2, "P2", {"a PGM image", CONVERT}},
    {0, 2, "P5", {"a PGM image", CONVERT}},
    {0, 2, "P3", {"a PPM image", CONVERT}},
    {0, 2, "P6", {"a PPM image", CONVERT}},
    {0, 2, "BM", {"a BMP image", CONVERT}},
    {0, 4, "%PDF", {"a PDF document", "pdftoppm -png -r 100 FILE drawing"}},
    {0, 2, "%!", {"a PostScript document", "export it as PNG"}},
    {0, 22, "version https://git-lf", {"a pointer of Git LFS", "git lfs pull"}},
    {0, 4, "PK\3\4", {"a zip archive", "unpack it"}},
    {0, 6, "7z\274\257\047\034", {"a 7-Zip archive", "unpack it"}},
    {0, 4, "Rar!", {"a RAR archive", "unpack it"}},
    {0, 2, "\037\213", {"a gzip file", "gunzip FILE"}},
    {0, 6, "\3757zXZ\0", {"an xz file", "unxz FILE"}},
    {0, 8, "\211HDF\r\n\032\n", {"an HDF5 file", "an image is needed"}},
    {0, 6, "\223NUMPY", {"a NumPy array", "an image is needed"}},
    {0, 4, "\177ELF", {"a program", "an image is needed"}},
    {0, 4, "\0\0\010\1", {"a file of labels (IDX)", "an image is needed"}},
    {0, 4, "\0\0\010\3", {"a file of many images (IDX)", "test --image N shows one"}},
};

/* Does text begin with a word, in either case and after blanks? */
static int begins(const uint8_t *start, size_t n, const char *word) {
    size_t i = 0, k = 0;
    while (i < n && isspace(start[i]))
        i++;
    while (i + k < n && word[k] && tolower(start[i + k]) == word[k])
        k++;
    return word[k] == '\0';
}

/* A tab, a line end, printable ASCII or a byte of UTF-8. */
static int is_text(const uint8_t *start, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isprint(start[i]) && !isspace(start[i]) && start[i] < 0x80) return 0;
    return 1;
}

const Kind *kind_among(const Mark *among, size_t count, const uint8_t *start, size_t n) {
    for (size_t k = 0; k < count; k++) {
        const Mark *m = &among[k];
        if (m->at + m->size <= n && memcmp(start + m->at, m->bytes, m->size) == 0) return &m->kind;
    }
    return NULL;
}

Kind kind_of(const uint8_t *start, size_t n) {
    if (n > KIND_BYTES) n = KIND_BYTES;
    if (n == 0) return (Kind){"an empty file", FETCH_AGAIN};
    const Kind *known = kind_among(marks, sizeof marks / sizeof *marks, start, n);
    if (known) return *known;
    if (begins(start, n, "<!doctype html") || begins(start, n, "<html"))
        return (Kind){"a page of HTML", FETCH_AGAIN};
    if (begins(start, n, "<svg") || begins(start, n, "<?xml"))
        return (Kind){"an SVG drawing (XML)", "rsvg-convert -o drawing.png FILE"};
    if (is_text(start, n)) return (Kind){"text", "an image is needed"};
    return (Kind){"an unknown kind of file", "an image is needed"};
}
