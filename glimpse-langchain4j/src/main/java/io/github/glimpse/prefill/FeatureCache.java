package io.github.glimpse.prefill;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.serve.LendingCache;
import io.github.glimpse.serve.Remembered.Loan;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Cache of vision features as the requests of one cache scope see it: they neither find nor wait for features of another scope.
 * Memory and eviction order are those of the cache behind it, which all scopes share. Safe for concurrent use.
 */
public final class FeatureCache {

    /** The scope of all requests that name none. */
    public static final String SHARED = "";

    private final LendingCache<EncodedUnit> cache;
    private final Supplier<TensorScope> scopes;
    private final String prefix;

    private FeatureCache(LendingCache<EncodedUnit> cache, Supplier<TensorScope> scopes, String prefix) {
        this.cache = cache;
        this.scopes = scopes;
        this.prefix = prefix;
    }

    /**
     * The part of a cache that a scope sees.
     *
     * @param scopes opens a tensor scope that outlives the request
     * @param cacheScope requests with another one share nothing with this one; {@link #SHARED} for those that name none
     */
    public static FeatureCache of(LendingCache<EncodedUnit> cache, Supplier<TensorScope> scopes, String cacheScope) {
        // The length first, so that no scope and key together read as another scope's.
        return new FeatureCache(cache, scopes, cacheScope.length() + ":" + cacheScope + " ");
    }

    /** The cache for a request that starts now, see {@link LendingCache#now}. */
    FeatureCache now() {
        return new FeatureCache(cache.now(), scopes, prefix);
    }

    TensorScope openScope() {
        return scopes.get();
    }

    @Nullable
    Loan<EncodedUnit> find(String key, Predicate<EncodedUnit> willDo) {
        return cache.find(prefix + key, willDo);
    }

    boolean isComputed(String key) {
        return cache.isComputed(prefix + key);
    }

    LendingCache<EncodedUnit>.@Nullable Computation begin(String key, Predicate<EncodedUnit> willDo) {
        return cache.begin(prefix + key, willDo);
    }

    void await(String key, Runnable check) {
        cache.await(prefix + key, check);
    }

    Loan<EncodedUnit> add(String key, EncodedUnit unit, TensorScope owner) {
        return cache.add(prefix + key, unit, owner, unit.bytes());
    }

    Loan<EncodedUnit> lendOnce(EncodedUnit unit, TensorScope owner) {
        return cache.lendOnce(unit, owner);
    }
}
