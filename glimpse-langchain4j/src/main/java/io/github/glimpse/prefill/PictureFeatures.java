package io.github.glimpse.prefill;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.serve.LendingCache;
import io.github.glimpse.serve.Remembered.Loan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the vision tower makes of the units of one request's pictures and videos: remembered where the picture was seen before,
 * computed where not. A file is read once for all its units; the pixels of a unit are made when its turn comes. Holds the features
 * until closed.
 */
public final class PictureFeatures implements AutoCloseable {

    private final VisionTower tower;
    private final FeatureCache cache;
    private final List<Place> units = new ArrayList<>();
    private final Set<TowerReadout> readouts;
    private final List<@Nullable Loan<EncodedUnit>> leases = new ArrayList<>();
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
     * @param readouts what is wanted besides rows
     */
    public PictureFeatures(VisionTower tower, FeatureCache cache, List<MediaFile> files, Set<TowerReadout> readouts) {
        this.tower = tower;
        this.cache = cache.now();
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
            String key = some && inside.areLasting() ? key(units.get(i), kept.get(i), inside) : "";
            seen.add(key);
            leases.add(key.isEmpty() ? null : find(key));
            // What another computes it has read.
            if (some && leases.get(i) == null && !cache.isComputed(key)) {
                open(units.get(i), context);
            }
        }
        if (!units.isEmpty()) {
            context.watch().atVision();
        }
        // Nobody waits who computes what others may wait for, nor while a strategy or its listener is asked.
        for (int i = 0; i < units.size(); i++) {
            if (kept.get(i).length > 0 && leases.get(i) == null) {
                if (inside.isEmpty()) {
                    encodeUnlessShared(i, kept.get(i), inside, context);
                } else {
                    encode(i, kept.get(i), inside, context);
                }
            }
        }
        for (int i = 0; i < units.size(); i++) {
            if (kept.get(i).length > 0 && leases.get(i) == null) {
                await(i, kept.get(i), inside, context);
            }
        }
        opened.clear();
        List<@Nullable VisionFeatures> all = new ArrayList<>();
        for (int i = 0; i < units.size(); i++) {
            Loan<EncodedUnit> lease = leases.get(i);
            if (lease != null) {
                inside.add(lease.value().decisions(), kept.get(i).length);
                context.observer().onVision(i, lease.value().features());
            }
            all.add(lease == null ? null : lease.value().features());
        }
        return all;
    }

    private @Nullable Loan<EncodedUnit> find(String key) {
        Loan<EncodedUnit> lease = cache.find(key, this::hasReadouts);
        found += lease == null ? 0 : 1;
        return lease;
    }

    private boolean hasReadouts(EncodedUnit unit) {
        return unit.features().has(readouts);
    }

    /** Encodes a unit unless another does so, or has done so by now. */
    private void encodeUnlessShared(int number, int[] kept, TowerCuts inside, PassContext context) {
        try (LendingCache<EncodedUnit>.Computation own = cache.begin(seen.get(number), this::hasReadouts)) {
            if (own != null) {
                encode(number, kept, inside, context);
            }
        }
    }

    /** Waits for another who computes a unit, or computes it all the same if that came to nothing. */
    private void await(int number, int[] kept, TowerCuts inside, PassContext context) {
        String key = seen.get(number);
        while (leases.get(number) == null) {
            context.aside().run(asked -> cache.await(key, asked::check));
            leases.set(number, find(key));
            if (leases.get(number) == null) {
                encodeUnlessShared(number, kept, inside, context);
            }
        }
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
        return keys.computeIfAbsent(place.file(), file -> file.name())
                + place.name()
                + (tokens.length < grid.tokenCount() ? " of " + MediaFile.name(List.of(bytes(tokens))) : "")
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

    private void encode(int number, int[] kept, TowerCuts inside, PassContext context) {
        Place place = units.get(number);
        PixelPatches patches = open(place, context).apply(place.number());
        context.observer().onPixels(number, patches);
        TensorScope lasting = cache.openScope();
        try (TensorScope step = context.scope().openChild();
                TowerWalk walk = inside.walk(tower, readouts, patches, kept, place.wholeTokens(), context.in(step))) {
            EncodedUnit unit = new EncodedUnit(walk.features(lasting), walk.decisions(0));
            leases.set(
                    number,
                    inside.areLasting() ? cache.add(seen.get(number), unit, lasting) : cache.lendOnce(unit, lasting));
        } catch (RuntimeException | Error e) {
            lasting.close();
            throw e;
        }
        if (place.isLast()) {
            opened.remove(place.file());
        }
    }

    @Override
    public void close() {
        for (Loan<EncodedUnit> lease : leases) {
            if (lease != null) {
                lease.close();
            }
        }
    }
}
