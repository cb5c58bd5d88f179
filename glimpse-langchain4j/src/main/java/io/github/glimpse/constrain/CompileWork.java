package io.github.glimpse.constrain;

/**
 * Counts what compiling costs, and ends it where it gets out of hand.
 *
 * <p>Steps and not a clock: a clock would refuse a good schema on a cold or busy machine, and take it the next time. A
 * step is some ten nanoseconds, so that the limit is about 100 ms.
 */
final class CompileWork {

    /** Each state takes some 40 bytes. */
    static final int MOST_STATES = 50_000;

    private static final long MOST_STEPS = 4_000_000;

    private long steps;
    private String place = "";

    /** What is being prepared, for a message. */
    void at(String pointer) {
        place = " at " + pointer;
    }

    void step() {
        steps(1);
    }

    void steps(long more) {
        steps += more;
        if (steps > MOST_STEPS) {
            throw new InvalidConstraintException(
                    "The constraint takes more than " + MOST_STEPS + " steps to prepare, which is the limit" + place
                            + "; make the schema or pattern smaller, with fewer alternatives and repetitions");
        }
    }

    void states(int count) {
        if (count > MOST_STATES) {
            throw new InvalidConstraintException(
                    "The constraint needs " + count + " states or more" + place + ", the limit is " + MOST_STATES
                            + "; make the schema or pattern smaller, with shorter lists of values and lower maximums");
        }
    }
}
