package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.TokenSelection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the vision tower makes of the units of one request's pictures and videos: remembered where the picture was seen before,
 * computed where not. A file is read once for all its units; the pixels of a unit are made when its turn comes. Holds the features
 * until closed.
 */
public final class PictureFeatures implements AutoCloseable {

    private final VisionTower tower;
    private final VisionFeatureCache cache;
    private final Supplier<TensorScope> scopes;
    private final List<Place> units = new ArrayList<>();
    private final Set<TowerReadout> readouts;
    private final List<VisionFeatureCache.@Nullable Lease> leases = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private int found;
    private final IdentityHashMap<MediaFile, String> keys = new IdentityHashMap<>();
    private final IdentityHashMap<MediaFile, IntFunction<PixelPatches>> opened = new IdentityHashMap<>();

    /**
     * Where a unit is.
     *
     * @param number among the units of its file
     */
    private record Place(MediaFile file, int number) {

        TokenUnit unit() {
            return file.plan().units().get(number);
        }

        int wholeTokens() {
            return file.wholePlan().units().get(number).grid().tokenCount();
        }

        boolean isLast() {
            return number == file.plan().units().size() - 1;
        }

        /** Which unit it is and how the file is cut for it, in words: one file may be shown in many sizes. */
        String name() {
            TokenUnit unit = unit();
            return " " + unit.kind().label() + " " + number + " of "
                    + file.plan().units().size() + " as " + unit.plan() + " of " + wholeTokens();
        }
    }

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
            List<MediaFile> files,
            Set<TowerReadout> readouts) {
        this.tower = tower;
        this.cache = cache.now();
        this.scopes = scopes;
        this.readouts = readouts;
        for (MediaFile file : files) {
            for (int i = 0; i < file.plan().units().size(); i++) {
                units.add(new Place(file, i));
            }
        }
    }

    /**
     * Reads the pictures that are not remembered, then lets the tower encode them, unit by unit. Called once, or its sister.
     *
     * @param cut before the tower
     * @param inside cuts on the tower's way
     * @return by unit
     */
    List<VisionFeatures> see(@Nullable PixelCut cut, TowerCuts inside, PassContext context) {
        List<int[]> kept = new ArrayList<>();
        for (Place place : units) {
            TokenUnit unit = place.unit();
            int[] tokens = TokenSelection.all(unit.grid().tokenCount()).kept();
            if (cut != null || !inside.isEmpty()) {
                tower.checkInside(unit);
            }
            if (cut != null && cut.chooses()) {
                tokens = cut.choose(open(place, context).apply(place.number()));
            } else if (cut != null) {
                cut.passAll(unit.grid());
            }
            kept.add(tokens);
        }
        return encodeAll(kept, inside, context).stream()
                .map(Objects::requireNonNull)
                .toList();
    }

    /**
     * The same for tokens that were chosen before.
     *
     * @param kept by unit, rising
     * @return by unit, null where nothing was kept
     */
    List<@Nullable VisionFeatures> see(List<int[]> kept, PassContext context) {
        return encodeAll(kept, TowerCuts.none(), context);
    }

    /**
     * Sees the units in parts or as a whole.
     *
     * @param kept tokens that the tower is to encode, rising; none leaves the unit out
     */
    private List<@Nullable VisionFeatures> encodeAll(List<int[]> kept, TowerCuts inside, PassContext context) {
        for (int i = 0; i < units.size(); i++) {
            boolean some = kept.get(i).length > 0;
            VisionFeatureCache.Lease lease =
                    some && inside.areLasting() ? cache.find(key(units.get(i), kept.get(i), inside), readouts) : null;
            leases.add(lease);
            found += lease == null ? 0 : 1;
            seen.add(some && inside.areLasting() ? key(units.get(i), kept.get(i), inside) : "");
            if (lease == null && some) {
                open(units.get(i), context);
            }
        }
        if (!units.isEmpty()) {
            context.watch().atVision();
        }
        List<@Nullable VisionFeatures> all = new ArrayList<>();
        for (int i = 0; i < units.size(); i++) {
            Place place = units.get(i);
            if (leases.get(i) == null && kept.get(i).length > 0) {
                PixelPatches patches = open(place, context).apply(place.number());
                context.observer().onPixels(i, patches);
                leases.set(i, encode(place, patches, kept.get(i), inside, context));
            }
            if (place.isLast()) {
                opened.remove(place.file());
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

    /** By unit the file and all that was done to it, once units are seen; empty where nothing is kept, or nothing lasts. */
    List<String> keys() {
        return seen;
    }

    /** Units that were remembered. */
    public int found() {
        return found;
    }

    private String key(Place place, int[] tokens, TowerCuts inside) {
        ImageGrid grid = place.unit().grid();
        return keys.computeIfAbsent(place.file(), file -> VisionFeatureCache.key(file.files()))
                + place.name()
                + (tokens.length < grid.tokenCount() ? " of " + VisionFeatureCache.key(List.of(bytes(tokens))) : "")
                + inside.setting();
    }

    private static byte[] bytes(int[] tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(tokens.length * Integer.BYTES);
        for (int token : tokens) {
            bytes.putInt(token);
        }
        return bytes.array();
    }

    private IntFunction<PixelPatches> open(Place place, PassContext context) {
        IntFunction<PixelPatches> known = opened.get(place.file());
        if (known != null) {
            return known;
        }
        IntFunction<PixelPatches> read = place.file().reader().apply(context.cancellation());
        opened.put(place.file(), read);
        return read;
    }

    private VisionFeatureCache.Lease encode(
            Place place, PixelPatches patches, int[] kept, TowerCuts inside, PassContext context) {
        TensorScope lasting = scopes.get();
        try (TensorScope step = context.scope().openChild();
                TowerWalk walk = inside.walk(tower, readouts, patches, kept, place.wholeTokens(), context.in(step))) {
            VisionFeatures features = walk.features(lasting);
            if (!inside.areLasting()) {
                return cache.lendOnce(features, walk.decisions(0), lasting);
            }
            return cache.add(key(place, kept, inside), features, walk.decisions(0), lasting, bytes(features));
        } catch (RuntimeException | Error e) {
            lasting.close();
            throw e;
        }
    }

    private static long bytes(VisionFeatures features) {
        long bytes = HostValues.bytes(features.rows());
        for (NDArray addition : features.additions()) {
            bytes += HostValues.bytes(addition);
        }
        for (NDArray readout : features.readouts().values()) {
            bytes += HostValues.bytes(readout);
        }
        return bytes;
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
