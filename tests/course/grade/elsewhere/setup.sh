#!/bin/sh
# Makes a bare Debian 12 or Ubuntu 22.04 ready to grade, as root and once, as Gradescope does with
# autograder.zip when it builds the image. Nothing is compiled here but submissions, later.
set -eu
cd "$(dirname "$0")"
machine=$(cat kit/machine)
if [ "$(uname -m)" != "$machine" ]; then
    echo "error: this autograder.zip was made for $machine, and this is $(uname -m)" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends gcc libc6-dev libopenblas-dev zlib1g-dev python3
# A submission runs as another user, who must not see the judge and its answers.
chown -R root:root grader kit
chmod -R go-rwx grader kit
chmod 755 kit/judge kit/cage
