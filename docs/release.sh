#!/bin/sh
# A release:  sh docs/release.sh MAKE VERSION        (make release VERSION=1.0.0)
#
# Refuses unless the tree is clean, this commit has the tag vVERSION, CITATION.cff names VERSION and
# a date, and CHANGELOG.md begins with both. Writes into build/release, or with QUICK=1, which makes
# the report of shorter runs, into build/quick/release:
#
#   lenet5-VERSION.tar.gz          the sources
#   lenet5-VERSION-site.tar.gz     the site
#   lenet5-VERSION.pdf, .epub      the book
#   lenet5-VERSION-handout.tar.gz  the tree for students
#   lenet5-VERSION-kit.tar.gz      the files for grading, for machines without the sources
#   lenet5-VERSION-report*.pdf     the report, English and Chinese
#   lenet5-VERSION.safetensors     the parameters of `make run`
#   SHA256SUMS
#
# Made again, it has the same bytes, except for the report: its seconds are those of the run whose
# tables are in build/data.
set -eu
make=$1 version=$2 quick=${QUICK:+quick/}

refuse() { echo "error: $*" >&2; exit 1; }
[ -n "$version" ] || { echo "usage: make release VERSION=1.0.0" >&2; exit 2; }
[ -z "$(git status --porcelain)" ] || refuse "there are changes that are not committed: git status"
grep -qx "version: $version" CITATION.cff || refuse "CITATION.cff does not say version: $version"
date=$(sed -n 's/^date-released: \([0-9-]\{10\}\)$/\1/p' CITATION.cff)
[ -n "$date" ] || refuse "CITATION.cff has no line date-released: YEAR-MONTH-DAY"
first=$(grep -m 1 '^## ' docs/CHANGELOG.md)
[ "$first" = "## $version, $date" ] ||
    refuse "docs/CHANGELOG.md begins with \"$first\", not with \"## $version, $date\""
tagged=$(git rev-parse -q --verify "v$version^{commit}") ||
    refuse "there is no tag v$version: git tag v$version"
[ "$tagged" = "$(git rev-parse HEAD)" ] || refuse "the tag v$version is on another commit"

# The commit's time is that of everything in it.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
name=lenet5-$version out=build/${quick}release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
rm -rf "$out" build/kit
mkdir -p "$out"

# pack FOLDER NAME: a folder as an archive in which nothing depends on where and when it was made.
pack() {
    tar --sort=name --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner \
        --mode=u+rw,go+r,go-w,a+X --transform "s|^\.|$2|" -C "$1" -cf - . |
        gzip -9n > "$out/$2.tar.gz"
}

git archive --prefix="$name/" HEAD | gzip -9n > "$out/$name.tar.gz"

$make docs book kit build
build/07_lenet5 --version | grep -q "^07_lenet5 $version:" ||
    refuse "07_lenet5 --version says $(build/07_lenet5 --version)"
pack build/docs/html "$name-site"
cp build/book/lenet5.pdf "$out/$name.pdf"
cp build/book/lenet5.epub "$out/$name.epub"

$make handout OUT="$work/handout"
pack "$work/handout" "$name-handout"

mkdir "$work/kit"
git ls-files LICENSE docs/coursework.md common/mnist common/tools/marks.py tests/course/grade \
    tests/course/exercises.py 'tests/course/0*/exercises.toml' |
    tar -cf - -T - build/kit | tar -xf - -C "$work/kit"
for chapter in chapters/0*; do mkdir -p "$work/kit/$chapter"; done # the grader reads their names
pack "$work/kit" "$name-kit"

$make run
cp build/lenet5.safetensors "$out/$name.safetensors"
$make report ${QUICK:+QUICK=1}
for pdf in build/${quick}report/*.pdf; do
    cp "$pdf" "$out/$name-$(basename "$pdf")"
done

(cd "$out" && sha256sum "$name"* > SHA256SUMS && cat SHA256SUMS)
