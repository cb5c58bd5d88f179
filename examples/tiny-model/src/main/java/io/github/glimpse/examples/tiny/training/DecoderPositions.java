package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;

/** M-RoPE of the rows of pictures and their questions, as tables of cosines and sines {@code [rows, headDim]}, which are filled one after another. */
final class DecoderPositions {

    private static final int HALF = TinyShape.HEAD_DIM / 2;

    private final double theta;
    private final float[] cosine;
    private final float[] sine;
    private int row;
    private int next;

    DecoderPositions(int rows, double theta) {
        this.theta = theta;
        cosine = new float[rows * TinyShape.HEAD_DIM];
        sine = new float[cosine.length];
    }

    float[] cosine() {
        return cosine;
    }

    float[] sine() {
        return sine;
    }

    /** Begins a sequence behind rows that nobody sees. */
    void skip(int rows) {
        row += rows;
    }

    /** Adds the front that a sequence begins with. */
    void add(Front front) {
        next = 0;
        int first = front.firstCellRow();
        addWords(first);
        if (front.earlier() != null) {
            PageSize size = front.earlier().size();
            addCells(size);
            addWords(front.rows() - first - size.cellCount());
        }
    }

    private void addWords(int count) {
        for (int i = 0; i < count; i++) {
            fillRow(row++, next, next, next, theta, cosine, sine);
            next++;
        }
    }

    private void addCells(PageSize size) {
        for (int cell = 0; cell < size.cellCount(); cell++) {
            fillRow(row++, next, next + cell / size.columns(), next + cell % size.columns(), theta, cosine, sine);
        }
        next += Math.max(size.rows(), size.columns());
    }

    /** Adds the picture that is asked about and its questions; each starts at the position behind the picture. */
    void add(PageSize size, int questions, int block) {
        addCells(size);
        for (int question = 0; question < questions; question++) {
            for (int i = 0; i < block; i++) {
                fillRow(row++, next + i, next + i, next + i, theta, cosine, sine);
            }
        }
    }

    static void fillRow(int row, int time, int down, int across, double theta, float[] cosine, float[] sine) {
        for (int i = 0; i < HALF; i++) {
            int position = i < TinyShape.SECTIONS[0]
                    ? time
                    : i < TinyShape.SECTIONS[0] + TinyShape.SECTIONS[1] ? down : across;
            double angle = position * Math.pow(theta, -2.0 * i / TinyShape.HEAD_DIM);
            PageLayout.fill(cosine, sine, row * TinyShape.HEAD_DIM + i, HALF, angle);
        }
    }
}
