/**
 * Programs of applications that were written from the README, the guides and {@code examples/custom-strategy} of 0.1, and are not
 * changed with the library: as long as they compile and pass, so does the source of its users.
 */
package com.example.guide01;
