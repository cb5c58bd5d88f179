package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.PageSize;

/** M-RoPE of the rows of a picture and its questions, as tables of cosines and sines {@code [rows, headDim]}. */
final class DecoderPositions {

    private static final int HALF = TinyShape.HEAD_DIM / 2;

    private DecoderPositions() {}

    /** Fills the tables; every question starts at the position behind the picture. */
    static void fill(int front, PageSize size, int questions, int block, double theta, float[] cosine, float[] sine) {
        int row = 0;
        for (int i = 0; i < front; i++) {
            fillRow(row++, i, i, i, theta, cosine, sine);
        }
        for (int cell = 0; cell < size.cellCount(); cell++) {
            fillRow(row++, front, front + cell / size.columns(), front + cell % size.columns(), theta, cosine, sine);
        }
        int next = front + Math.max(size.rows(), size.columns());
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
