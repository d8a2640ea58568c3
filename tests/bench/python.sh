# A Python that has a module, for the scripts here:  . tests/bench/python.sh; python_with torch
python_with() {
    for python in ${PYTHON:-} python3 /usr/bin/python3; do
        if "$python" -c "import $1" 2> /dev/null; then echo "$python" && return; fi
    done
    echo "missing: python3-$1; apt-get install python3-$1 brings it" >&2
}
