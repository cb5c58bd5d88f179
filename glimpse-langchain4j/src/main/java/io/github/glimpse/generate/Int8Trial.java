package io.github.glimpse.generate;

import io.github.glimpse.engine.Int8Report;
import io.github.glimpse.image.DrawnPicture;
import io.github.glimpse.prefill.LayerRows;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Answers about {@linkplain DrawnPicture drawn pictures}, unpruned and as by default. Done in 16 bits it shows a plan what the inputs
 * of the layers look like, and done in 8 bits as well it tells what has changed.
 */
final class Int8Trial {

    private static final int MOST_PICTURES = 8;
    private static final int LEAST_PICTURES = 2;
    /** A tower of fixed size has hundreds of tokens for each picture, and few pictures show as much. */
    private static final int ENOUGH_TOKENS = 1_200;

    private static final String[] QUESTIONS = {
        "What is written here?", "Describe the picture.", "How many shapes are there?"
    };

    private final DecoderEngine engine;
    private final List<Int8Report.Seen> pictures = new ArrayList<>();
    private int tokens;

    private Int8Trial(DecoderEngine engine) {
        this.engine = engine;
    }

    /** Answers about pictures until enough was seen. */
    static List<Int8Report.Seen> of(DecoderEngine engine) {
        Int8Trial trial = new Int8Trial(engine);
        do {
            trial.next();
        } while (trial.pictures.size() < LEAST_PICTURES
                || (trial.pictures.size() < MOST_PICTURES && trial.tokens < ENOUGH_TOKENS));
        engine.forget();
        return trial.pictures;
    }

    private void next() {
        int number = pictures.size();
        ChatTurn turn = new ChatTurn(
                ChatTurn.Role.USER,
                List.of(
                        new ChatTurn.Picture(DrawnPicture.draw(number)),
                        new ChatTurn.Text(QUESTIONS[number % QUESTIONS.length])));
        LayerRows rows =
                new LayerRows(engine.runtime(), engine.model().decoder().rows());
        GenerationResult whole =
                answer(turn, PruningOptions.builder().enabled(false).build(), rows);
        Set<Integer> kept = new HashSet<>();
        if (!engine.schedule(engine.options().pruning()).cuts().isEmpty()) {
            GenerationResult pruned = answer(turn, PruningOptions.defaults(), StageObserver.NONE);
            IntStream.of(pruned.report().keptJoined()).forEach(kept::add);
        }
        int[] ids = whole.tokenIds();
        pictures.add(new Int8Report.Seen(rows.layers(), ids.length == 0 ? -1 : ids[0], kept));
        tokens += whole.report().imageTokens();
    }

    private GenerationResult answer(ChatTurn turn, PruningOptions pruning, StageObserver observer) {
        GenerationRequest request = new GenerationRequest(
                List.of(turn),
                pruning,
                GenerationOptions.builder().temperature(0.0).maxOutputTokens(2).build());
        return engine.answer(
                request.over(engine.options()), GenerationListener.NONE, () -> {}, observer, Duration.ZERO);
    }
}
