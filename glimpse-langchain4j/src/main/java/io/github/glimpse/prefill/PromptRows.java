package io.github.glimpse.prefill;

import io.github.glimpse.model.Positions;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.TokenSelection;
import java.util.Arrays;

/**
 * The rows of one prompt that are left: which they are, where the image tokens lie among them, and their positions. Text is
 * never cut. Changes with every cut; for one request.
 */
public final class PromptRows {

    private final PositionForm form;
    // For each row that is left its row in the whole prompt, rising.
    private int[] origins;
    private int[] imageRows;
    private int[] alive;
    private Positions positions;

    PromptRows(PromptLayout layout, PositionForm form) {
        this.form = form;
        this.origins = TokenSelection.all(layout.ids().length).kept();
        this.imageRows = layout.imageRows();
        this.alive = TokenSelection.all(imageRows.length).kept();
        this.positions = layout.positions();
    }

    /** Rows that are left. */
    int count() {
        return origins.length;
    }

    /** For each row that is left its row in the whole prompt, rising. */
    int[] origins() {
        return origins;
    }

    /** Rows of the image tokens that are left, rising. */
    int[] imageRows() {
        return imageRows;
    }

    /** Those tokens' numbers among all image tokens, rising. */
    int[] alive() {
        return alive;
    }

    /** Positions of the rows that are left. */
    Positions positions() {
        return positions;
    }

    /** Where rows of the whole prompt lie now; those that are gone are left out. */
    int[] now(int[] promptRows) {
        return Arrays.stream(promptRows)
                .map(row -> Arrays.binarySearch(origins, row))
                .filter(row -> row >= 0)
                .toArray();
    }

    /**
     * Drops image tokens.
     *
     * @param kept rising places among {@link #alive()}
     * @return rising rows that stay, as they were numbered before
     */
    int[] keep(int[] kept) {
        int[] rows = rowsOf(kept);
        boolean[] isImage = new boolean[origins.length];
        for (int row : imageRows) {
            isImage[row] = true;
        }
        int[] images = new int[kept.length];
        int next = 0;
        for (int i = 0; i < rows.length; i++) {
            if (isImage[rows[i]]) {
                images[next++] = i;
            }
        }
        boolean renumbers = form == PositionForm.RENUMBER && rows.length < origins.length;
        positions = renumbers ? Positions.consecutive(rows.length) : positions.keep(rows);
        origins = pick(origins, rows);
        alive = pick(alive, kept);
        imageRows = images;
        return rows;
    }

    private int[] rowsOf(int[] kept) {
        boolean[] stays = new boolean[origins.length];
        Arrays.fill(stays, true);
        for (int row : imageRows) {
            stays[row] = false;
        }
        for (int token : kept) {
            stays[imageRows[token]] = true;
        }
        int[] rows = new int[origins.length - imageRows.length + kept.length];
        int next = 0;
        for (int row = 0; row < stays.length; row++) {
            if (stays[row]) {
                rows[next++] = row;
            }
        }
        return rows;
    }

    /** The values at some places. */
    static int[] pick(int[] values, int[] places) {
        int[] picked = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            picked[i] = values[places[i]];
        }
        return picked;
    }
}
