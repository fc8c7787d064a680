CREATE TABLE `endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_user` text NOT NULL,
	`session_owner` text NOT NULL,
	`desired_session_count` integer DEFAULT 0 NOT NULL,
	`image` text NOT NULL,
	`model` text,
	`model_mount_destination` text DEFAULT '/models' NOT NULL,
	`model_definition_path` text,
	`domain` text NOT NULL,
	`project` text NOT NULL,
	`resource_group` text NOT NULL,
	`lifecycle_stage` text DEFAULT 'created' NOT NULL,
	`tag` text,
	`startup_command` text,
	`bootstrap_script` text,
	`callback_url` text,
	`environ` text NOT NULL,
	`open_to_public` integer DEFAULT false NOT NULL,
	`runtime_variant` text DEFAULT 'custom' NOT NULL,
	`resource_slots` text NOT NULL,
	`resource_opts` text NOT NULL,
	`url` text,
	`cluster_mode` text DEFAULT 'single-node' NOT NULL,
	`cluster_size` integer DEFAULT 1 NOT NULL,
	`extra_mounts` text NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`destroyed_at` integer
);
--> statement-breakpoint
CREATE INDEX `ix_endpoints_owner` ON `endpoints` (`session_owner`);
--> statement-breakpoint
CREATE INDEX `ix_endpoints_resource_group` ON `endpoints` (`resource_group`);
--> statement-breakpoint
CREATE INDEX `ix_endpoints_lifecycle` ON `endpoints` (`lifecycle_stage`);
--> statement-breakpoint
CREATE TABLE `routings` (
	`id` text PRIMARY KEY NOT NULL,
	`endpoint` text NOT NULL,
	`session` text,
	`session_owner` text NOT NULL,
	`domain` text NOT NULL,
	`project` text NOT NULL,
	`status` text DEFAULT 'provisioning' NOT NULL,
	`traffic_ratio` real DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`error_data` text,
	FOREIGN KEY (`endpoint`) REFERENCES `endpoints`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uq_routings_endpoint_session` ON `routings` (`endpoint`,`session`);
--> statement-breakpoint
CREATE TABLE `endpoint_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`endpoint` text,
	`session_owner` text NOT NULL,
	`domain` text NOT NULL,
	`project` text NOT NULL,
	`created_at` integer NOT NULL,
	`valid_until` integer,
	FOREIGN KEY (`endpoint`) REFERENCES `endpoints`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `ix_endpoint_tokens_token` ON `endpoint_tokens` (`token`);
--> statement-breakpoint
CREATE INDEX `ix_endpoint_tokens_endpoint` ON `endpoint_tokens` (`endpoint`);
