/** What docs/guide/extending.md shows: {@code ExtendingGuideTest} compares the two. */
package com.example;
