/**
 * Another provider beside Glimpse, and its agent that asks a Glimpse service about pictures.
 */
@NullMarked
package com.example.cookbook.providers;

import org.jspecify.annotations.NullMarked;
