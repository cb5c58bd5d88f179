/* A CUDA runtime that counts one GPU, beside a libtorch that has none. */
int cudaRuntimeGetVersion(int *version) { *version = 12080; return 0; }
int cudaGetDeviceCount(int *count) { *count = 1; return 0; }
int cudaDeviceGetAttribute(int *value, int attribute, int device) { *value = 9; return 0; }
