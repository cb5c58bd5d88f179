/* Stands for libtorch's half for CUDA: needs the driver's library to be loaded, as the true one does. */
int cuInit(unsigned flags);
int glimpse_needs_the_driver(void) { return cuInit(0); }
