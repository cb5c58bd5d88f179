package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.TowerTaps;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.prune.TokenSelection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the vision tower makes of the pictures of one request: remembered where the picture was seen before, computed where
 * not. Holds the features until closed.
 */
final class PictureFeatures implements AutoCloseable {

    private final VisionLanguageModel model;
    private final VisionFeatureCache cache;
    private final Supplier<TensorScope> scopes;
    private final TowerTaps taps;
    private final List<VisionFeatureCache.@Nullable Lease> leases = new ArrayList<>();

    /**
     * Nothing yet.
     *
     * @param scopes opens a scope that outlives the request
     * @param taps what is wanted besides rows
     */
    PictureFeatures(VisionLanguageModel model, VisionFeatureCache cache, Supplier<TensorScope> scopes, TowerTaps taps) {
        this.model = model;
        this.cache = cache;
        this.scopes = scopes;
        this.taps = taps;
    }

    /** Reads the pictures that are not remembered, then lets the tower look at them. Called once. */
    List<VisionFeatures> see(Prompt prompt, PromptBuilder prompts, @Nullable PixelCut cut, RequestContext context) {
        List<String> keys = new ArrayList<>();
        List<int[]> kept = new ArrayList<>();
        List<@Nullable PixelPatches> unseen = new ArrayList<>();
        for (int i = 0; i < prompt.pictures().size(); i++) {
            String key = VisionFeatureCache.key(prompt.pictures().get(i));
            ImageGrid grid = prompt.grids().get(i);
            key += prompt.isShrunk(i) ? " in " + grid.rows() + " x " + grid.columns() : "";
            PixelPatches patches = null;
            int[] tokens = TokenSelection.all(grid.tokenCount()).kept();
            if (cut != null && cut.chooses()) {
                patches = read(prompt, prompts, i, context);
                tokens = cut.choose(patches);
                key += tokens.length < grid.tokenCount() ? " of " + VisionFeatureCache.key(bytes(tokens)) : "";
            } else if (cut != null) {
                cut.passAll(grid);
            }
            VisionFeatureCache.Lease lease = cache.find(key, taps);
            leases.add(lease);
            keys.add(key);
            kept.add(tokens);
            unseen.add(lease != null ? null : patches != null ? patches : read(prompt, prompts, i, context));
        }
        if (!keys.isEmpty()) {
            context.watch().enter(Stage.VISION);
        }
        List<VisionFeatures> all = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            VisionFeatureCache.Lease lease = leases.get(i);
            PixelPatches patches = unseen.set(i, null);
            if (lease == null && patches != null) {
                lease = encode(keys.get(i), patches, kept.get(i), context);
                leases.set(i, lease);
            }
            VisionFeatures features = Objects.requireNonNull(lease).features();
            context.observer().onVision(i, features);
            all.add(features);
        }
        context.watch().enter(Stage.PREFILL_BEFORE_CUT);
        return all;
    }

    private static PixelPatches read(Prompt prompt, PromptBuilder prompts, int image, RequestContext context) {
        PixelPatches patches = prompts.patches(prompt, image);
        context.observer().onPixels(image, patches);
        return patches;
    }

    private static byte[] bytes(int[] tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(tokens.length * Integer.BYTES);
        for (int token : tokens) {
            bytes.putInt(token);
        }
        return bytes.array();
    }

    private VisionFeatureCache.Lease encode(String key, PixelPatches patches, int[] kept, RequestContext context) {
        TensorScope lasting = scopes.get();
        try {
            VisionFeatures features = model.tower().encode(patches, kept, taps, context.cancellation(), lasting);
            long bytes =
                    features.rows().getShape().size() * model.decoder().dtype().byteCount();
            for (NDArray tapped : features.tapped()) {
                bytes += tapped.getShape().size() * Float.BYTES;
            }
            return cache.add(key, features, lasting, bytes);
        } catch (RuntimeException | Error e) {
            lasting.close();
            throw e;
        }
    }

    @Override
    public void close() {
        for (VisionFeatureCache.Lease lease : leases) {
            if (lease != null) {
                lease.close();
            }
        }
    }
}
