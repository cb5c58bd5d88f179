package io.github.glimpse.embedding;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Which patches of a picture stay on the way through the tower. Vectors of one index should be made with one setting: store
 * {@link #label()} beside them.
 *
 * @param cuts in the order of the tower; empty keeps all
 * @param minPatches least patches that stay, at least 1
 * @param texts what evidence that needs texts looks at
 */
public record PatchPruning(List<PatchCut> cuts, int minPatches, TextUse texts) {

    /** The floor where nobody says another. */
    public static final int DEFAULT_MIN_PATCHES = 1;

    private static final PatchPruning NONE = of();

    /** Which texts a picture's patches are compared with. */
    public enum TextUse {
        /** All texts of the request: one set and one vector per picture. For labels, which must be judged by one picture. */
        JOINT,
        /** Each text by itself: a set and a vector for every pair. For the ranking of a few candidates; blocks after the cut run for each. */
        EACH
    }

    /** Checks and copies. */
    public PatchPruning {
        if (minPatches < 1) {
            throw new IllegalArgumentException("min-patches is " + minPatches + ", it must be at least 1");
        }
        cuts = List.copyOf(cuts);
        if (cuts.stream().filter(cut -> cut.form() == PatchCut.Form.EVIT_FUSED).count() > 1) {
            throw new IllegalArgumentException("Two cuts fuse what they drop; at most one may");
        }
    }

    /** Keeps all patches. */
    public static PatchPruning none() {
        return NONE;
    }

    /** Cuts in the order of the tower; evidence that needs texts looks at all of them. */
    public static PatchPruning of(PatchCut... cuts) {
        return new PatchPruning(List.of(cuts), DEFAULT_MIN_PATCHES, TextUse.JOINT);
    }

    /** Whether a cut can only be made when texts are known. */
    public boolean needsText() {
        return cuts.stream().anyMatch(cut -> cut.evidence().needsText());
    }

    /** One line that tells two settings apart; {@code none} if nothing is dropped. */
    public String label() {
        if (cuts.isEmpty()) {
            return "none";
        }
        String places = cuts.stream().map(PatchCut::toString).collect(Collectors.joining(", "));
        return places
                + (minPatches == DEFAULT_MIN_PATCHES ? "" : ", at least " + minPatches)
                + (needsText() && texts == TextUse.EACH ? ", each text" : "");
    }
}
