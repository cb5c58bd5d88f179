package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.TokenSelection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
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

    private final VisionTower tower;
    private final VisionFeatureCache cache;
    private final Supplier<TensorScope> scopes;
    private final List<PictureFile> pictures;
    private final Set<TowerReadout> readouts;
    private final List<VisionFeatureCache.@Nullable Lease> leases = new ArrayList<>();

    /**
     * Nothing is seen yet.
     *
     * @param scopes opens a scope that outlives the request
     * @param readouts what is wanted besides rows
     */
    public PictureFeatures(
            VisionTower tower,
            VisionFeatureCache cache,
            Supplier<TensorScope> scopes,
            List<PictureFile> pictures,
            Set<TowerReadout> readouts) {
        this.tower = tower;
        this.cache = cache;
        this.scopes = scopes;
        this.pictures = pictures;
        this.readouts = readouts;
    }

    /**
     * Reads the pictures that are not remembered, then lets the tower encode them. Called once, or its sister.
     *
     * @param cut before the tower
     * @param inside cuts on the tower's way
     */
    List<VisionFeatures> see(@Nullable PixelCut cut, TowerCuts inside, PassContext context) {
        List<int[]> kept = new ArrayList<>();
        List<@Nullable PixelPatches> read = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            ImageGrid grid = pictures.get(i).plan().grid();
            PixelPatches patches = null;
            int[] tokens = TokenSelection.all(grid.tokenCount()).kept();
            if (cut != null && cut.chooses()) {
                patches = read(i, context);
                tokens = cut.choose(patches);
            } else if (cut != null) {
                cut.passAll(grid);
            }
            kept.add(tokens);
            read.add(patches);
        }
        return see(kept, read, inside, context).stream()
                .map(Objects::requireNonNull)
                .toList();
    }

    /**
     * The same for tokens that were chosen before.
     *
     * @param kept by picture, rising
     * @return by picture, null where nothing was kept
     */
    List<@Nullable VisionFeatures> see(List<int[]> kept, PassContext context) {
        return see(kept, new ArrayList<>(Collections.nCopies(kept.size(), null)), TowerCuts.none(), context);
    }

    /**
     * Sees the pictures in parts or as a whole.
     *
     * @param kept tokens that the tower is to encode, rising; none leaves the picture out
     * @param read what was read already; nulls afterwards
     */
    private List<@Nullable VisionFeatures> see(
            List<int[]> kept, List<@Nullable PixelPatches> read, TowerCuts inside, PassContext context) {
        for (int i = 0; i < pictures.size(); i++) {
            boolean some = kept.get(i).length > 0;
            VisionFeatureCache.Lease lease =
                    some && inside.areLasting() ? cache.find(key(i, kept.get(i), inside), readouts) : null;
            leases.add(lease);
            if (lease != null || !some) {
                read.set(i, null);
            } else if (read.get(i) == null) {
                read.set(i, read(i, context));
            }
        }
        if (!pictures.isEmpty()) {
            context.watch().atVision();
        }
        List<@Nullable VisionFeatures> all = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            PixelPatches patches = read.set(i, null);
            if (patches != null) {
                leases.set(i, encode(i, patches, kept.get(i), inside, context));
            }
            VisionFeatureCache.Lease lease = leases.get(i);
            if (lease != null) {
                inside.add(lease.decisions(), kept.get(i).length);
                context.observer().onVision(i, lease.features());
            }
            all.add(lease == null ? null : lease.features());
        }
        return all;
    }

    private String key(int image, int[] tokens, TowerCuts inside) {
        PictureFile picture = pictures.get(image);
        ImageGrid grid = picture.plan().grid();
        return VisionFeatureCache.key(picture.bytes())
                + (picture.isShrunk() ? " in " + grid.rows() + " x " + grid.columns() : "")
                + (tokens.length < grid.tokenCount() ? " of " + VisionFeatureCache.key(bytes(tokens)) : "")
                + inside.setting();
    }

    private static byte[] bytes(int[] tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(tokens.length * Integer.BYTES);
        for (int token : tokens) {
            bytes.putInt(token);
        }
        return bytes.array();
    }

    private PixelPatches read(int image, PassContext context) {
        PixelPatches patches = pictures.get(image).reader().apply(context.cancellation());
        context.observer().onPixels(image, patches);
        return patches;
    }

    private VisionFeatureCache.Lease encode(
            int image, PixelPatches patches, int[] kept, TowerCuts inside, PassContext context) {
        int tokens = pictures.get(image).wholePlan().grid().tokenCount();
        TensorScope lasting = scopes.get();
        try (TensorScope step = context.scope().openChild();
                TowerWalk walk = inside.walk(tower, readouts, patches, kept, tokens, context.in(step))) {
            VisionFeatures features = walk.features(lasting);
            if (!inside.areLasting()) {
                return cache.lendOnce(features, walk.decisions(0), lasting);
            }
            return cache.add(key(image, kept, inside), features, walk.decisions(0), lasting, bytes(features));
        } catch (RuntimeException | Error e) {
            lasting.close();
            throw e;
        }
    }

    private static long bytes(VisionFeatures features) {
        long bytes = bytes(features.rows());
        for (NDArray readout : features.readouts().values()) {
            bytes += bytes(readout);
        }
        return bytes;
    }

    private static long bytes(NDArray tensor) {
        return tensor.getShape().size() * tensor.getDataType().getNumOfBytes();
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
