package io.github.glimpse.eval;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import java.math.BigInteger;
import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which image tokens of a picture stayed, in a form that fits into one cell of a table, so that a report can draw it later.
 *
 * @param plan how the picture was cut; null without a picture
 * @param kept the tokens that stayed
 */
public record TokenMask(@Nullable PatchPlan plan, BitSet kept) {

    /** No picture. */
    static final TokenMask NONE = new TokenMask(null, new BitSet());

    private static final int HEX = 16;
    private static final int NUMBERS = 8;

    /** Copies the set. */
    public TokenMask {
        kept = (BitSet) kept.clone();
    }

    @Override
    public BitSet kept() {
        return (BitSet) kept.clone();
    }

    static TokenMask of(PatchPlan plan, int[] tokens) {
        BitSet kept = new BitSet();
        for (int token : tokens) {
            kept.set(token);
        }
        return new TokenMask(plan, kept);
    }

    /** Patch rows, patch columns, patch size, merge size, left, top, token width and height, and the kept tokens as hex. */
    String text() {
        if (plan == null) {
            return "";
        }
        ImageGrid grid = plan.grid();
        byte[] bits = kept.toByteArray();
        for (int i = 0; i < bits.length / 2; i++) { // the number's highest byte comes first
            byte swapped = bits[i];
            bits[i] = bits[bits.length - 1 - i];
            bits[bits.length - 1 - i] = swapped;
        }
        return String.format(
                Locale.ROOT,
                "%d %d %d %d %s %s %s %s %s",
                grid.patchRows(),
                grid.patchColumns(),
                grid.patchSize(),
                grid.mergeSize(),
                plan.left(),
                plan.top(),
                plan.tokenWidth(),
                plan.tokenHeight(),
                new BigInteger(1, bits).toString(HEX));
    }

    /**
     * Reads {@link #text()}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static TokenMask parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        String[] parts = text.split(" ", -1);
        if (parts.length != NUMBERS + 1) {
            throw new IllegalArgumentException("A mask has " + (NUMBERS + 1) + " parts, not " + parts.length);
        }
        ImageGrid grid = new ImageGrid(
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                Integer.parseInt(parts[3]));
        PatchPlan plan = new PatchPlan(
                grid,
                grid.patchColumns() * grid.patchSize(),
                grid.patchRows() * grid.patchSize(),
                Double.parseDouble(parts[4]),
                Double.parseDouble(parts[5]),
                Double.parseDouble(parts[6]),
                Double.parseDouble(parts[7]));
        BigInteger bits = new BigInteger(parts[NUMBERS], HEX);
        BitSet kept = new BitSet();
        for (int token = 0; token < bits.bitLength(); token++) {
            kept.set(token, bits.testBit(token));
        }
        return new TokenMask(plan, kept);
    }

    /** Indices of the kept tokens, rising. */
    int[] tokens() {
        return kept.stream().toArray();
    }
}
