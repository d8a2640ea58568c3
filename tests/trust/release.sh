#!/bin/sh
# A rehearsal of `make release`:  sh tests/trust/release.sh MAKE [short]      (make trust-release)
#
#   - a tree that is not ready is refused, with one line that says why;
#   - short ends here. The release of shorter runs (QUICK=1), made in two folders, has the same
#     bytes, except for the report, whose seconds are measured; made again in one of them, the
#     report too;
#   - its kit alone gives its handout 0 points, and its sources 100.
set -eu
make=$1 short=${2:-}
work=$(mktemp -d "$PWD/build/tmp-release-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
export SKIP_SETUP=1 GIT_AUTHOR_NAME=rehearsal GIT_COMMITTER_NAME=rehearsal \
    GIT_AUTHOR_EMAIL=none GIT_COMMITTER_EMAIL=none
version=99.9.9 date=2099-09-09

commit() { git -C "$work/one" commit -q -a -m rehearsal; }

# release FOLDER: its output is shown only when it fails.
release() {
    (cd "$1" && QUICK=1 $make -s release VERSION=$version) > "$work/log" 2>&1 ||
        { tail -n 20 "$work/log"; return 1; }
}

# refused WORDS: the release must be refused, and say so.
refused() {
    if release "$work/one" > "$work/said"; then echo "not refused: $1" >&2; exit 1; fi
    [ "$(grep -c '^error: ' "$work/said")" = 1 ] && grep -q "^error: .*$1" "$work/said" ||
        { cat "$work/said"; echo "it should say: $1" >&2; exit 1; }
    echo "refused: $(sed -n 's/^error: //p' "$work/said")"
}

git clone -q . "$work/one"
cd "$work/one"
echo >> README.md
refused "not committed"
git checkout -q README.md
refused "CITATION.cff does not say"
sed -i "/^date-released:/d; s/^version: .*/version: $version/" CITATION.cff
commit
refused "date-released"
sed -i "s/^version: .*/&\ndate-released: $date/" CITATION.cff
commit
refused "CHANGELOG.md begins with"
sed -i "0,/^## .*/s//## $version, $date/" docs/CHANGELOG.md
git tag v$version
commit
refused "another commit"
git tag -d v$version > /dev/null
refused "there is no tag"
git tag v$version
[ -z "$short" ] || exit 0

git clone -q "$work/one" "$work/another folder"
release "$work/one"
release "$work/another folder"
sums=build/quick/release/SHA256SUMS
grep -v report $sums > "$work/sums"
grep -v report "$work/another folder/$sums" | diff "$work/sums" -
cp $sums "$work/sums"
release "$work/one"
diff "$work/sums" $sums
echo "made three times, in two folders: the same bytes"

name=lenet5-$version
for archive in "" -kit -handout; do
    tar -xzf "build/quick/release/$name$archive.tar.gz" -C "$work"
done
graded() { (cd "$work/$name-kit" && python3 tests/course/grade/grade.py --brief "$1" | tee "$2"); }
graded "$work/$name-handout" "$work/none" | grep -q '^ *0 '
graded "$work/$name" "$work/all" | grep -q '^ *100 '
echo "its kit: the handout has 0 points, the sources have 100"
