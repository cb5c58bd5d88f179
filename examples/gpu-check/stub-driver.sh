#!/usr/bin/env bash
# Makes a libcuda.so.1 that has no GPU, so that a CUDA build of libtorch loads on a machine without NVIDIA's driver: to rehearse the
# check on the CPU. Usage: stub-driver.sh TORCH FOLDER, then LD_LIBRARY_PATH=FOLDER. Needs a C compiler and nm.
set -euo pipefail
mkdir -p "$2"
{
    nm -D --undefined-only "$1"/lib/*.so | awk '{ print $NF }' | sed 's/@.*//' | grep '^cu[A-Z]'
    printf '%s\n' cuInit cuDriverGetVersion cuDeviceGetCount cuGetProcAddress cuGetProcAddress_v2
} | sort -u | sed 's/.*/int &(void) { return 100; } \/* no device *\//' |
    cc -w -fno-builtin -shared -fPIC -Wl,-soname,libcuda.so.1 -o "$2/libcuda.so.1" -x c -
