/**
 * A conversation for each user.
 */
@NullMarked
package com.example.cookbook.memory;

import org.jspecify.annotations.NullMarked;
