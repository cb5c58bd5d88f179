/**
 * Files that several processes of one user share: {@link io.github.glimpse.files.ProcessLock}, a lock between processes, and
 * {@link io.github.glimpse.files.TemporaryFolder}, a temporary folder that the next start deletes if its process was killed.
 */
@NullMarked
package io.github.glimpse.files;

import org.jspecify.annotations.NullMarked;
