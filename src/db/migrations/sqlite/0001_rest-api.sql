CREATE TABLE `session_callbacks` (
	`session_id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`told` text NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`next_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `ix_session_callbacks_next` ON `session_callbacks` (`next_at`);
--> statement-breakpoint
CREATE TABLE `managers` (
	`id` text PRIMARY KEY NOT NULL,
	`address` text NOT NULL,
	`version` text NOT NULL,
	`started_at` integer NOT NULL,
	`heartbeat_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `kernels` ADD `environ` text;
--> statement-breakpoint
ALTER TABLE `kernels` ADD `bootstrap_script` text;
--> statement-breakpoint
ALTER TABLE `kernels` ADD `startup_command` text;
