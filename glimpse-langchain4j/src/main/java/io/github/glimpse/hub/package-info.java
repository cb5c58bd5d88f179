/**
 * Where files come from: finds a model's directory or fetches it from a hub, checks that it is complete, and reads its settings
 * with good messages. Knows no tensors: weights are only located here and read by the engine. Entry types:
 * {@link io.github.glimpse.hub.ModelSource}, {@link io.github.glimpse.hub.ModelFiles},
 * {@link io.github.glimpse.hub.ModuleFiles}, {@link io.github.glimpse.hub.ModelConfig}; for the hub
 * {@link io.github.glimpse.hub.HubOptions}. From {@code ModelSource} a fetch goes through {@code HubSource} (cache or hub?),
 * {@code SnapshotDownload} (which files?), {@code BlobDownload} (one file) and {@code HubServer} (one question) to {@code
 * HubConnection} (one request).
 */
@NullMarked
package io.github.glimpse.hub;

import org.jspecify.annotations.NullMarked;
