package io.github.glimpse.spring.autoconfigure;

import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/** Whom pictures' servers are to be trusted by, from an SSL bundle of Spring Boot. */
final class ImageTrust {

    static final String KEY = "glimpse.images.ssl-bundle";

    private ImageTrust() {}

    /**
     * The bundle's context, as it is at the start; null where none is named.
     *
     * @throws InvalidPropertyException if there is no such bundle or it cannot be read
     */
    static @Nullable SSLContext of(@Nullable String name, ObjectProvider<SslBundles> bundles) {
        if (!StringUtils.hasText(name)) {
            return null;
        }
        SslBundles known = bundles.getIfAvailable();
        if (known == null) {
            throw new InvalidPropertyException(
                    KEY, "the application has no SslBundles; leave Spring Boot's SslAutoConfiguration in", null);
        }
        try {
            return known.getBundle(name).createSslContext();
        } catch (NoSuchSslBundleException e) {
            throw new InvalidPropertyException(
                    KEY,
                    "there is no SSL bundle '" + name + "'; define spring.ssl.bundle.jks." + name
                            + " or spring.ssl.bundle.pem." + name,
                    e);
        } catch (IllegalStateException e) {
            throw new InvalidPropertyException(
                    KEY, "the SSL bundle '" + name + "' cannot be read: " + e.getMessage(), e);
        }
    }
}
