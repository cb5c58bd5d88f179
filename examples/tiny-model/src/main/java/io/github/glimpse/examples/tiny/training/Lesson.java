package io.github.glimpse.examples.tiny.training;

/** Pages and what is asked about them. */
record Lesson(ShownPages pages, Questions questions) {}
