package io.github.glimpse.constrain;

import java.util.Collection;

/** Spelling of an object around the values of its members. Each method adds to the grammar and gives the state after it. */
interface MemberSpelling {

    int open(int from);

    /** A listed key and what follows it up to the value. */
    int key(int from, String name);

    /** A key that is none of some names, and what follows it up to the value. */
    int otherKey(int from, Collection<String> listed);

    /** What follows each value. */
    int afterValue(int from);

    int between(int from);

    int close(int from);
}
