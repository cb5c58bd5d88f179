package io.github.glimpse.eval;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.sampling.GenerationOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks one question with one setting and reads off everything. */
final class Questioner {

    private static final double NANOS_PER_MILLISECOND = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Set<TokenUnit.Kind> WHOLE =
            EnumSet.of(TokenUnit.Kind.IMAGE, TokenUnit.Kind.BASE, TokenUnit.Kind.GLOBAL);

    private final LoadedModel model;
    private final GenerationOptions generation;
    private final Metrics metrics;
    private final ImageDecoder decoder;
    private final ResidentMemory memory = new ResidentMemory();

    /** Which question with which setting. */
    record Asked(String model, EvaluationItem item, String row, String key) {}

    Questioner(LoadedModel model, GenerationOptions generation, Metrics metrics) {
        this.model = model;
        this.generation = generation;
        this.metrics = metrics;
        this.decoder =
                new ImageDecoder(model.options().imageLimits(), model.options().transparency());
    }

    /** The answer; a question that is refused is a reading too. */
    Reading ask(Asked asked, PruningOptions pruning) {
        EvaluationItem item = asked.item();
        try {
            byte[] picture = item.picture().bytes();
            memory.restart();
            GenerationResult result = model.generate(
                    new GenerationRequest(List.of(ChatTurn.user(item.question(), picture)), pruning, generation));
            long peak = memory.peakBytes();
            double score = metrics.get(item.metric()).score(result.text(), item.answers());
            return reading(
                    asked,
                    result.text(),
                    score,
                    selection(item, picture, result.report()),
                    cost(result, peak),
                    result.report().confidence(),
                    result.likelihood().withoutTokens(),
                    "");
        } catch (io.github.glimpse.EngineClosedException e) {
            throw e;
        } catch (GlimpseException e) {
            return failed(asked, String.valueOf(e.getMessage()));
        }
    }

    private static Reading reading(
            Asked asked,
            String answer,
            double score,
            Reading.Selection selection,
            Reading.Cost cost,
            @Nullable Double confidence,
            @Nullable AnswerLikelihood likelihood,
            String error) {
        EvaluationItem item = asked.item();
        return new Reading(
                asked.model(),
                asked.row(),
                item.id(),
                asked.key(),
                item.kind(),
                item.metric(),
                item.question(),
                String.join(" | ", item.answers()),
                answer,
                score,
                selection,
                cost,
                confidence,
                likelihood,
                error);
    }

    private Reading.Selection selection(EvaluationItem item, byte[] picture, PruningReport report) {
        if (report.images().isEmpty()) {
            return new Reading.Selection(0, 0, Double.NaN, TokenMask.NONE);
        }
        List<TokenMask> units = new ArrayList<>();
        // The one that shows the whole picture, beside which there may be tiles.
        int whole = 0;
        for (PruningReport.Image image : report.images()) {
            whole = WHOLE.contains(image.unit().kind()) ? units.size() : whole;
            units.add(TokenMask.of(image.plan(), image.kept()));
        }
        double recall = item.boxes().isEmpty()
                ? Double.NaN
                : BoxRecall.of(item.boxes(), item.boxedSize(), decoder.readSize(picture), units);
        return new Reading.Selection(report.imageTokens(), report.keptTokens(), recall, units.get(whole));
    }

    /** What stands for a question whose setting takes its count from one that has failed. */
    Reading unasked(Asked asked, String other) {
        return failed(asked, "It takes its count from '" + other + "', which has failed");
    }

    private static Reading failed(Asked asked, String error) {
        Reading.Selection none = new Reading.Selection(0, 0, Double.NaN, TokenMask.NONE);
        return reading(asked, "", 0, none, Reading.Cost.NONE, null, null, error);
    }

    private Reading.Cost cost(GenerationResult result, long peakBytes) {
        Duration first = result.timings().toFirstToken();
        long decoding = result.timings().decoding().toNanos();
        int tokens = result.tokenIds().length;
        return new Reading.Cost(
                first.toNanos() / NANOS_PER_MILLISECOND,
                tokens,
                tokens > 1 && decoding > 0 ? (tokens - 1) * NANOS_PER_SECOND / decoding : Double.NaN,
                model.cacheBytesPerToken() * result.prefilledTokens(),
                peakBytes);
    }
}
