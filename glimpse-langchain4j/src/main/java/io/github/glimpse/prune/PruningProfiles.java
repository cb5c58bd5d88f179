package io.github.glimpse.prune;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The profiles that a model knows: those of {@link PruningProfile} and the user's own, which win over one of the same name and
 * may name another one for what they do not say. Immutable.
 */
public final class PruningProfiles {

    private final Map<String, PruningOptions> own;
    private final boolean module;
    private final @Nullable Double stopDistance;

    /**
     * The profiles of a model.
     *
     * @param own the user's, by name
     * @param module whether the model has a glimpse module
     * @param stopDistance the calibrated distance of this model, for {@link PruningProfile#AUTO} without a module; null if nobody
     *     has measured it
     * @throws IllegalArgumentException if an own profile names an unknown one, or itself
     */
    public PruningProfiles(Map<String, PruningOptions> own, boolean module, @Nullable Double stopDistance) {
        this.own = new TreeMap<>(own);
        this.module = module;
        this.stopDistance = stopDistance;
        own.forEach((name, options) -> follow(name, options));
    }

    /** Names of all profiles, sorted. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>(own.keySet());
        for (PruningProfile profile : PruningProfile.values()) {
            names.add(profile.label());
        }
        return names;
    }

    /**
     * Options without profiles: each profile is replaced by what it says, and what lies beneath it comes after.
     *
     * @throws IllegalArgumentException if a profile is not known, or {@code auto} has no stop distance
     */
    public PruningOptions settle(PruningOptions options) {
        return settle(options, null, distance(options), Planned.NO);
    }

    /** Whether a layer above has named a strategy or switched pruning off, so that a profile's own is not needed. */
    private enum Planned {
        YES,
        NO;

        Planned or(PruningOptions options) {
            return options.hasPlan() || Boolean.FALSE.equals(options.enabled()) ? YES : this;
        }
    }

    /**
     * Settles a layer and those beneath it.
     *
     * @param given the stop distance that a layer above says, null if none does
     * @param distance the one to take if none above or here does
     */
    private PruningOptions settle(
            PruningOptions options, @Nullable String given, @Nullable String distance, Planned above) {
        String profile = options.profile();
        if (profile == null) {
            return options;
        }
        PruningOptions fields = options.withoutProfile();
        Planned planned = above.or(fields);
        String nearest = given != null ? given : fields.options().get(PruningProfile.STOP_DISTANCE);
        PruningOptions settled = withoutDistance(fields).orElse(given(profile, nearest, distance, planned));
        PruningOptions beneath = options.beneath();
        if (beneath == null) {
            return settled;
        }
        String next = nearest != null ? nearest : settled.options().get(PruningProfile.STOP_DISTANCE);
        return settled.orElse(settle(beneath, next, distance, planned.or(settled)));
    }

    private PruningOptions given(String profile, @Nullable String given, @Nullable String distance, Planned planned) {
        PruningOptions mine = own.get(profile);
        if (mine != null) {
            return settle(mine, given, distance, planned);
        }
        PruningProfile known = known(profile);
        if (module) {
            return known.withModule();
        }
        return known == PruningProfile.AUTO && planned == Planned.YES
                ? PruningOptions.builder()
                        .enabled(true)
                        .guard(GuardOptions.on())
                        .build()
                : known.withoutModule(given != null ? given : distance);
    }

    /** The distance is the profile's, unless the user has a strategy of his own that it may belong to. */
    private static PruningOptions withoutDistance(PruningOptions fields) {
        if (fields.hasPlan() || !fields.options().containsKey(PruningProfile.STOP_DISTANCE)) {
            return fields;
        }
        Map<String, String> rest = new TreeMap<>(fields.options());
        rest.remove(PruningProfile.STOP_DISTANCE);
        return fields.toBuilder().options(rest).build();
    }

    /** The user's stop distance, wherever it is said, else the model's. */
    private @Nullable String distance(PruningOptions options) {
        for (PruningOptions layer = options; layer != null; layer = layer.beneath()) {
            String given = layer.options().get(PruningProfile.STOP_DISTANCE);
            if (given != null) {
                return given;
            }
        }
        return stopDistance == null ? null : stopDistance.toString();
    }

    private void follow(String name, PruningOptions options) {
        Set<String> seen = new LinkedHashSet<>(Set.of(name));
        String next = options.profile();
        while (next != null && own.containsKey(next) && seen.add(next)) {
            next = Objects.requireNonNull(own.get(next)).profile();
        }
        if (next != null && seen.contains(next)) {
            throw new IllegalArgumentException("The profile '" + name + "' leads back to '" + next + "' ("
                    + String.join(", ", seen) + "); a profile cannot be based on itself");
        }
        if (next != null) {
            known(next);
        }
    }

    private PruningProfile known(String name) {
        for (PruningProfile profile : PruningProfile.values()) {
            if (profile.label().equals(name)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "The pruning profile '" + name + "' is not known; use one of " + String.join(", ", names()));
    }
}
