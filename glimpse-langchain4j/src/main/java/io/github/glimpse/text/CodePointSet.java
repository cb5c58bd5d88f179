package io.github.glimpse.text;

import java.util.ArrayList;
import java.util.List;

/** The code points that one place of an expression takes: categories, blanks and ranges, or all but these. */
final class CodePointSet {

    private static final int ASCII = 128;

    private final boolean[] ascii = new boolean[ASCII];
    private final int mask;
    private final boolean space;
    private final boolean notSpace;
    private final int[] ranges;
    private final boolean negated;

    private CodePointSet(Builder builder, boolean negated) {
        this.mask = builder.mask;
        this.space = builder.space;
        this.notSpace = builder.notSpace;
        this.ranges = builder.ranges.stream().mapToInt(Integer::intValue).toArray();
        this.negated = negated;
        for (int point = 0; point < ASCII; point++) {
            ascii[point] = isListed(point) != negated;
        }
    }

    static CodePointSet of(int codePoint) {
        return new Builder().range(codePoint, codePoint).build(false);
    }

    boolean contains(int codePoint) {
        return codePoint < ASCII ? ascii[codePoint] : isListed(codePoint) != negated;
    }

    private boolean isListed(int codePoint) {
        if (mask != 0 && UnicodeKinds.isOf(codePoint, mask)) {
            return true;
        }
        if ((space || notSpace) && (UnicodeKinds.isSpace(codePoint) ? space : notSpace)) {
            return true;
        }
        for (int index = 0; index < ranges.length; index += 2) {
            if (codePoint >= ranges[index] && codePoint <= ranges[index + 1]) {
                return true;
            }
        }
        return false;
    }

    /** Collects what is listed. */
    static final class Builder {

        private final List<Integer> ranges = new ArrayList<>();
        private int mask;
        private boolean space;
        private boolean notSpace;

        Builder range(int first, int last) {
            ranges.add(first);
            ranges.add(last);
            return this;
        }

        Builder categories(int bits) {
            mask |= bits;
            return this;
        }

        Builder space() {
            space = true;
            return this;
        }

        Builder notSpace() {
            notSpace = true;
            return this;
        }

        CodePointSet build(boolean negated) {
            return new CodePointSet(this, negated);
        }
    }
}
