package io.github.glimpse.generate;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.prefill.EvidenceReaders;
import io.github.glimpse.prefill.ScoreLayers;
import io.github.glimpse.prefill.TowerWalk;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TwoScaleStrategy;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.List;

/** What a model whose prompt holds the image rows refuses before it computes anything. */
final class DecoderChecks {

    private DecoderChecks() {}

    /** Refuses places inside the tower that it does not have, and what is for models whose text attends to the image. */
    static void schedule(PruningSchedule schedule, VisionLanguageModel model) {
        if (model.media().videoPlaceholder() == null) {
            schedule.checkForPicturesOnly();
        }
        for (Cut cut : schedule.cuts()) {
            if (cut.strategy().traits(cut.at()).contains(StrategyTrait.FUSES)) {
                throw new UnsupportedModelException("The pruning strategy '" + cut.name()
                        + "' makes what it drops one more row of the tower, which is no image token, and a prompt has"
                        + " no place for it; use cls-attention or received-attention");
            }
            if (cut.at().stage() == PruningPoint.Stage.TOWER) {
                TowerWalk.checkBeforeDecoder(cut, model.tower());
            }
            if (cut.strategy() instanceof TwoScaleStrategy && model.decoder().hasRecurrent()) {
                throw new UnsupportedModelException("The pruning strategy '" + cut.name()
                        + "' goes back to an earlier row, and layers of this model remember a state that cannot; use"
                        + " div-prune, or glimpse without two scales");
            }
            ScoreLayers.check(cut, model.decoder());
            for (EvidenceRequest need : cut.strategy().needs(cut.at())) {
                if (need instanceof EvidenceRequest.VisionTaps taps) {
                    taps.layers().forEach(model.tower()::checkTap);
                }
                if (need instanceof EvidenceRequest.CrossAttention || need instanceof EvidenceRequest.TextLikeness) {
                    throw EvidenceReaders.refusal(
                            cut.name(),
                            need,
                            "its image tokens stand in the prompt; use glimpse, or a strategy by the attention of the"
                                    + " prompt");
                }
            }
        }
    }

    /** Refuses what only cross-attention has. */
    static void generation(GenerationOptions generation) {
        Double penalty = generation.lengthPenalty();
        if (generation.beams() != null && generation.beams() > 1) {
            throw forCrossAttention("Beam search (beams " + generation.beams() + ")");
        }
        if (penalty != null && penalty != GenerationOptions.DEFAULT_LENGTH_PENALTY) {
            throw forCrossAttention("A penalty of the length of beams (length-penalty " + penalty + ")");
        }
    }

    static UnsupportedContentException forCrossAttention(String what) {
        return new UnsupportedContentException(
                what + " is for models with cross-attention, such as BLIP; leave it out");
    }

    /** Refuses a request without a message, or with more pictures than the options allow. */
    static void pictures(List<ChatTurn> turns, EngineOptions options, HistoryMode history) {
        if (turns.isEmpty()) {
            throw new UnsupportedContentException("The request has no message; send at least one of the user");
        }
        Conversation conversation = Conversation.of(turns);
        int pictures = history == HistoryMode.REFUSE
                ? new Conversation(turns, 0).newestPictures()
                : conversation.newestPictures();
        if (pictures > options.maxImages()) {
            throw new UnsupportedContentException("The request has " + pictures + " images, the limit is "
                    + options.maxImages() + "; send fewer or raise glimpse.limits.max-images");
        }
    }
}
