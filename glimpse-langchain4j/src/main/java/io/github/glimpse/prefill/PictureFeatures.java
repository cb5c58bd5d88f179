package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.TowerStop;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.TokenSelection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the vision tower makes of the pictures of one request: remembered where the picture was seen before, computed where
 * not. Holds the features until closed.
 */
public final class PictureFeatures implements AutoCloseable {

    private final VisionLanguageModel model;
    private final VisionFeatureCache cache;
    private final Supplier<TensorScope> scopes;
    private final Reader reader;
    private final Set<TowerReadout> readouts;
    private final List<VisionFeatureCache.@Nullable Lease> leases = new ArrayList<>();

    /** Decodes a picture of a prompt and cuts it into patches. */
    @FunctionalInterface
    public interface Reader {

        /**
         * Reads.
         *
         * @throws RuntimeException if it is damaged
         */
        PixelPatches read(Prompt prompt, int image, CancellationPoint cancellation);
    }

    /**
     * Nothing yet.
     *
     * @param scopes opens a scope that outlives the request
     * @param readouts what is wanted besides rows
     */
    public PictureFeatures(
            VisionLanguageModel model,
            VisionFeatureCache cache,
            Supplier<TensorScope> scopes,
            Reader reader,
            Set<TowerReadout> readouts) {
        this.model = model;
        this.cache = cache;
        this.scopes = scopes;
        this.reader = reader;
        this.readouts = readouts;
    }

    /**
     * Pictures that are to be seen, in parts or as a whole.
     *
     * @param keys by which they are remembered
     * @param kept tokens that the tower is to encode, rising; none leaves the picture out
     * @param read what was read already; nulls afterwards
     */
    private record Wanted(List<String> keys, List<int[]> kept, List<@Nullable PixelPatches> read) {

        Wanted() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        void add(Prompt prompt, int image, int[] tokens, @Nullable PixelPatches patches) {
            ImageGrid grid = prompt.grids().get(image);
            keys.add(VisionFeatureCache.key(prompt.pictures().get(image))
                    + (prompt.isShrunk(image) ? " in " + grid.rows() + " x " + grid.columns() : "")
                    + (tokens.length < grid.tokenCount() ? " of " + VisionFeatureCache.key(bytes(tokens)) : ""));
            kept.add(tokens);
            read.add(patches);
        }
    }

    /**
     * Reads the pictures that are not remembered, then lets the tower encode them. Called once, or its sister.
     *
     * @param cut before the tower
     * @param inside cuts on the tower's way
     */
    public List<VisionFeatures> see(Prompt prompt, @Nullable PixelCut cut, TowerCuts inside, PassContext context) {
        Wanted wanted = new Wanted();
        for (int i = 0; i < prompt.pictures().size(); i++) {
            ImageGrid grid = prompt.grids().get(i);
            PixelPatches patches = null;
            int[] tokens = TokenSelection.all(grid.tokenCount()).kept();
            if (cut != null && cut.chooses()) {
                patches = read(prompt, i, context);
                tokens = cut.choose(patches);
            } else if (cut != null) {
                cut.passAll(grid);
            }
            wanted.add(prompt, i, tokens, patches);
        }
        return see(wanted, prompt, inside, context).stream()
                .map(Objects::requireNonNull)
                .toList();
    }

    /**
     * The same for tokens that were chosen before.
     *
     * @param kept by picture, rising
     * @return by picture, null where nothing was kept
     */
    List<@Nullable VisionFeatures> see(Prompt prompt, List<int[]> kept, PassContext context) {
        Wanted wanted = new Wanted();
        for (int i = 0; i < kept.size(); i++) {
            wanted.add(prompt, i, kept.get(i), null);
        }
        return see(wanted, prompt, TowerCuts.none(model, context), context);
    }

    private List<@Nullable VisionFeatures> see(Wanted wanted, Prompt prompt, TowerCuts inside, PassContext context) {
        int pictures = wanted.keys().size();
        for (int i = 0; i < pictures; i++) {
            boolean some = wanted.kept().get(i).length > 0;
            VisionFeatureCache.Lease lease =
                    some && inside.areLasting() ? cache.find(wanted.keys().get(i) + inside.setting(), readouts) : null;
            leases.add(lease);
            if (lease != null || !some) {
                wanted.read().set(i, null);
            } else if (wanted.read().get(i) == null) {
                wanted.read().set(i, read(prompt, i, context));
            }
        }
        if (pictures > 0) {
            context.watch().atVision();
        }
        List<@Nullable VisionFeatures> all = new ArrayList<>();
        for (int i = 0; i < pictures; i++) {
            PixelPatches patches = wanted.read().set(i, null);
            int[] kept = wanted.kept().get(i);
            if (patches != null) {
                int tokens = prompt.wholePlans().get(i).grid().tokenCount();
                leases.set(i, encode(wanted.keys().get(i), patches, tokens, kept, inside, context));
            }
            VisionFeatureCache.Lease lease = leases.get(i);
            if (lease != null) {
                inside.add(lease.decisions(), kept.length);
                context.observer().onVision(i, lease.features());
            }
            all.add(lease == null ? null : lease.features());
        }
        return all;
    }

    private PixelPatches read(Prompt prompt, int image, PassContext context) {
        PixelPatches patches = reader.read(prompt, image, context.cancellation());
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

    private VisionFeatureCache.Lease encode(
            String key, PixelPatches patches, int tokens, int[] kept, TowerCuts inside, PassContext context) {
        TensorScope lasting = scopes.get();
        try {
            List<TowerDecision> decided = new ArrayList<>();
            List<TowerStop> stops = inside.stops(patches.plan().grid(), tokens, kept, decided);
            VisionFeatures features =
                    model.tower().encode(patches, kept, readouts, stops, context.cancellation(), lasting);
            if (!inside.areLasting()) {
                return cache.lendOnce(features, decided, lasting);
            }
            long bytes =
                    features.rows().getShape().size() * model.decoder().dtype().byteCount();
            for (NDArray tapped : features.readouts().values()) {
                bytes += tapped.getShape().size() * Float.BYTES;
            }
            return cache.add(key + inside.setting(), features, decided, lasting, bytes);
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
