package io.github.glimpse.embedding;

/**
 * One place in the tower where patches are dropped, and how many stay.
 *
 * @param at {@code layer k} (after k blocks have run), a share of the depth such as {@code 25 %}, or {@code layer last}: after
 *     all blocks, for what is stored
 * @param evidence by what patches are ranked
 * @param retentionRatio kept / patches of the <em>whole</em> picture, above 0 and at most 1; at 1 nothing is computed or dropped
 * @param textShare of {@link PatchEvidence#MIXED}: the weight of the text, 0 to 1
 * @param form what is cut when, and what becomes of the dropped rows
 */
public record PatchCut(String at, PatchEvidence evidence, double retentionRatio, double textShare, Form form) {

    /** The place where nobody says another: a quarter of the blocks have run. */
    public static final String DEFAULT_AT = "25 %";

    /** The weight of the text where nobody says another. */
    public static final double DEFAULT_TEXT_SHARE = 0.5;

    /** What becomes of the dropped rows. */
    public enum Form {
        /** They are dropped; the picture keeps {@code (int) (ratio * patches of the whole picture)}. */
        DROP,
        /** EViT without fusing: like {@link #DROP}, but {@code ceil(ratio * living patches)} stay. */
        EVIT,
        /** EViT: {@link #EVIT}, and the dropped rows, weighted by their scores, become one more row. Towers are trained for it. */
        EVIT_FUSED
    }

    /** Checks the ranges. */
    public PatchCut {
        if (!(retentionRatio > 0 && retentionRatio <= 1)) {
            throw new IllegalArgumentException(
                    "retention-ratio is " + retentionRatio + ", it must lie in (0, 1]; 1 keeps all");
        }
        if (!(textShare >= 0 && textShare <= 1)) {
            throw new IllegalArgumentException("text-share is " + textShare + ", it must lie in [0, 1]");
        }
        if (form != Form.DROP && evidence.needsText()) {
            throw new IllegalArgumentException("The form " + form + " cuts inside a block, where there is nothing to"
                    + " compare with a text; use the evidence cls or received, or the form DROP");
        }
    }

    /** A plain cut by {@link PatchEvidence#CLS}. */
    public static PatchCut of(String at, double retentionRatio) {
        return of(at, PatchEvidence.CLS, retentionRatio);
    }

    /** A plain cut. */
    public static PatchCut of(String at, PatchEvidence evidence, double retentionRatio) {
        return new PatchCut(at, evidence, retentionRatio, DEFAULT_TEXT_SHARE, Form.DROP);
    }

    @Override
    public String toString() {
        String share = evidence == PatchEvidence.MIXED ? " " + textShare : "";
        return at + " " + evidence.label() + share + " " + retentionRatio + (form == Form.DROP ? "" : " " + form);
    }
}
