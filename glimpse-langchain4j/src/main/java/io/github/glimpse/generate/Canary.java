package io.github.glimpse.generate;

import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.serve.IdleWork;
import java.text.Normalizer;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one of many questions once more without pruning, after its answer is there, and counts how often both answers agree. It is
 * {@link IdleWork}: it takes no place among requests and ends at its next layer or token when one comes.
 *
 * <p>Only greedy answers to pruned pictures are counted: others differ for another reason, or cannot differ. Safe for
 * concurrent use.
 */
final class Canary implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Canary.class);
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final Pattern END = Pattern.compile("[\\s.,;:!?。]+$");

    private final double ratio;
    private final IdleWork work;
    private final Asker asker;

    private CanaryUse use = CanaryUse.none();

    /** Answers a request. */
    @FunctionalInterface
    interface Asker {

        GenerationResult answer(GenerationRequest request, BooleanSupplier cancelled);
    }

    /**
     * A canary that has seen nothing yet.
     *
     * @param ratio share of pruned answers, 0..1
     * @param idle whether nothing else runs or waits
     * @param asker answers without a place at the gate
     */
    Canary(double ratio, BooleanSupplier idle, Asker asker) {
        this.ratio = ratio;
        this.work = new IdleWork("glimpse-canary", ratio, idle);
        this.asker = asker;
    }

    /**
     * Looks at an answer that its caller is about to get. Returns at once.
     *
     * @param request what was asked, with the model's defaults; its pictures are copied if it is due
     * @param result the answer
     */
    void offer(GenerationRequest request, GenerationResult result) {
        Double temperature = request.generation().temperature();
        boolean greedy = temperature == null || temperature == 0;
        if (ratio == 0 || !greedy || result.report().retention() >= 1) {
            return;
        }
        if (work.offer(() -> comparison(request, result)) == IdleWork.Start.SKIPPED) {
            count(Outcome.SKIPPED);
        }
    }

    private Function<BooleanSupplier, Runnable> comparison(GenerationRequest request, GenerationResult result) {
        GenerationRequest again = request.withTurns(
                        request.turns().stream().map(Canary::copy).toList())
                .withPruning(PruningOptions.builder().enabled(false).build())
                // what nobody asks for again takes no room
                .inSession(null);
        return cancelled -> {
            Outcome outcome = compare(again, result, cancelled);
            return () -> count(outcome);
        };
    }

    /** A request has come: whatever runs here ends at its next layer or token. */
    void stepAside() {
        work.stepAside();
    }

    /** What was found so far. */
    synchronized CanaryUse use() {
        return use;
    }

    private Outcome compare(GenerationRequest request, GenerationResult pruned, BooleanSupplier cancelled) {
        try {
            GenerationResult full = asker.answer(request, cancelled);
            boolean first = pruned.tokenIds()[0] == full.tokenIds()[0];
            boolean all = normalised(pruned.text()).equals(normalised(full.text()));
            return all ? (first ? Outcome.AGREED : Outcome.AGREED_LATER) : first ? Outcome.PARTED : Outcome.DIFFERED;
        } catch (GenerationCancelledException | EngineClosedException | DeadlineExceededException e) {
            return Outcome.ABANDONED;
        } catch (RuntimeException | OutOfMemoryError e) {
            // Nobody waits for this answer; the next request will find out whether the engine still works.
            LOG.debug("The canary's run failed", e);
            return Outcome.FAILED;
        } catch (Error e) {
            count(Outcome.FAILED);
            throw e;
        }
    }

    private enum Outcome {
        AGREED,
        AGREED_LATER,
        PARTED,
        DIFFERED,
        SKIPPED,
        ABANDONED,
        FAILED
    }

    private synchronized void count(Outcome outcome) {
        use = use.plus(
                switch (outcome) {
                    case AGREED -> new CanaryUse(1, 1, 1, 0, 0, 0);
                    case AGREED_LATER -> new CanaryUse(1, 1, 0, 0, 0, 0);
                    case PARTED -> new CanaryUse(1, 0, 1, 0, 0, 0);
                    case DIFFERED -> new CanaryUse(1, 0, 0, 0, 0, 0);
                    case SKIPPED -> new CanaryUse(0, 0, 0, 1, 0, 0);
                    case ABANDONED -> new CanaryUse(0, 0, 0, 0, 1, 0);
                    case FAILED -> new CanaryUse(0, 0, 0, 0, 0, 1);
                });
    }

    /** The caller may use its arrays again as soon as it has its answer. */
    private static ChatTurn copy(ChatTurn turn) {
        return turn.withParts(turn.parts().stream().map(Canary::copy).toList());
    }

    private static ChatTurn.Part copy(ChatTurn.Part part) {
        if (part instanceof ChatTurn.Picture picture) {
            return new ChatTurn.Picture(picture.bytes().clone(), picture.mostTokens());
        }
        if (part instanceof ChatTurn.Video video) {
            return new ChatTurn.Video(video.frames().stream().map(byte[]::clone).toList(), video.times());
        }
        return part;
    }

    /** What remains of an answer when upper case, white space and punctuation at the end do not count. */
    static String normalised(String answer) {
        String plain = Normalizer.normalize(answer, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        return END.matcher(WHITE_SPACE.matcher(plain).replaceAll(" ").strip()).replaceAll("");
    }

    /** Gives up what runs; nothing is started any more. */
    @Override
    public void close() {
        work.close();
    }
}
