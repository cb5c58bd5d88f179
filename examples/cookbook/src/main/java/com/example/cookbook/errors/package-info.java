/**
 * What can go wrong with a request, and what to tell the caller.
 */
@NullMarked
package com.example.cookbook.errors;

import org.jspecify.annotations.NullMarked;
