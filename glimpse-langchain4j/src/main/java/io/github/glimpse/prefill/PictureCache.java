package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.TokenSelection;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * Pictures as the tower of a model with cross-attention sees them: remembered where one was seen before with the same cuts,
 * computed where not. Safe for concurrent use.
 */
public final class PictureCache {

    /** A grey picture of one pixel. */
    private static final String GREY =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

    private final ImageTextModel model;
    private final ImageDecoder decoder;
    private final VisionFeatureCache cache;
    private final Supplier<TensorScope> scopes;
    private final ToIntFunction<PruningStrategy> numbers;

    /**
     * What is known of a picture, on loan until it is closed.
     *
     * @param plan how it was cut into patches
     * @param lease holds what the tower made
     */
    public record Seen(PatchPlan plan, VisionFeatureCache.Lease lease) implements AutoCloseable {

        public VisionFeatures features() {
            return lease.features();
        }

        @Override
        public void close() {
            lease.close();
        }
    }

    /**
     * An empty cache.
     *
     * @param scopes opens a scope that outlives the request
     * @param numbers tells strategies apart: which one with which options made a cut is part of what is remembered
     */
    public PictureCache(
            ImageTextModel model,
            ImageDecoder decoder,
            VisionFeatureCache cache,
            Supplier<TensorScope> scopes,
            ToIntFunction<PruningStrategy> numbers) {
        this.model = model;
        this.decoder = decoder;
        this.cache = cache;
        this.scopes = scopes;
        this.numbers = numbers;
    }

    public VisionFeatureCache cache() {
        return cache;
    }

    /** A picture file, for the warm-up. */
    public static byte[] grey() {
        return Base64.getDecoder().decode(GREY);
    }

    /**
     * Encodes a picture, or finds it.
     *
     * @param log is told of the cuts
     * @throws io.github.glimpse.InvalidImageException if it is none
     */
    public Seen see(byte[] picture, ImageTextCuts plan, SelectionLog log, PassContext context) {
        String key = VisionFeatureCache.key(picture) + CutSetting.of(plan.schedule(), plan.tower(), numbers);
        VisionFeatureCache.Lease lease = cache.find(key, plan.wanted());
        PatchPlan patchPlan;
        if (lease == null) {
            PixelPatches patches =
                    model.preprocessor().preprocess(decoder.decode(picture, context.cancellation()::check));
            context.observer().onPixels(0, patches);
            patchPlan = patches.plan();
            context.watch().atVision();
            lease = encode(key, patches, plan, context);
        } else {
            ImageSize size = decoder.readSize(picture);
            patchPlan = model.preprocessor().plan(size.width(), size.height());
            context.watch().atVision();
        }
        VisionFeatures features = lease.features();
        tell(plan, lease.decisions(), log);
        context.observer().onVision(0, features);
        context.watch().beforeCut();
        return new Seen(patchPlan, lease);
    }

    private static void tell(ImageTextCuts plan, List<TowerDecision> decisions, SelectionLog log) {
        for (int i = 0; i < plan.tower().size(); i++) {
            TokenSelection selection = decisions.get(i).selection();
            int[] before = log.alive();
            log.add(
                    plan.tower().get(i),
                    selection,
                    before,
                    Selections.pick(before, selection.kept()),
                    decisions.get(i).verdicts());
        }
    }

    private VisionFeatureCache.Lease encode(String key, PixelPatches patches, ImageTextCuts plan, PassContext context) {
        TensorScope lasting = scopes.get();
        try {
            PictureEncoder.Encoded encoded = new PictureEncoder(model, plan, patches, lasting)
                    .encode(context.cancellation(), context.observer());
            VisionFeatures features = encoded.features();
            long bytes = features.rows().getShape().size()
                    * model.crossText().dtype().byteCount();
            for (NDArray tapped : features.readouts().values()) {
                bytes += tapped.getShape().size() * Float.BYTES;
            }
            return cache.add(key, features, encoded.decisions(), lasting, bytes);
        } catch (RuntimeException | Error e) {
            lasting.close();
            throw e;
        }
    }
}
