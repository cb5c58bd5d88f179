/**
 * Model families: how a picture and a prompt become rows of a language model. What the families share is here, each
 * family has a package of its own; they do not know each other.
 */
@NullMarked
package io.github.glimpse.model;

import org.jspecify.annotations.NullMarked;
