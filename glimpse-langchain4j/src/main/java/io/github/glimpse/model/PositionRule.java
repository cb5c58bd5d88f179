package io.github.glimpse.model;

import java.util.List;

/** How a family numbers the rows of a prompt. */
@FunctionalInterface
public interface PositionRule {

    /**
     * Numbers the rows.
     *
     * @param tokens rows of the prompt
     * @param spans where the runs lie, in order
     * @param runs what they are
     */
    Positions of(int tokens, List<ImageSpan> spans, List<TokenRun> runs);

    /** 0, 1, 2, … whatever a row is. */
    static PositionRule consecutive() {
        return (tokens, spans, runs) -> Positions.consecutive(tokens);
    }

    /**
     * M-RoPE: text advances time, height and width together; units have their time, row and column, counted from where their run
     * begins; what comes behind a run starts above the largest id so far. Which frequencies follow which row of positions, side by
     * side or interleaved, is the decoder's business.
     *
     * @see <a href="https://arxiv.org/abs/2409.12191">Qwen2-VL, section 2.1</a>
     */
    static PositionRule multimodal() {
        return new MultimodalPositions();
    }
}
