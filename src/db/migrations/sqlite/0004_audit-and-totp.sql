CREATE TABLE `audit_logs` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`request_id` text NOT NULL,
	`user_uuid` text,
	`email` text,
	`role` text,
	`domain_name` text,
	`access_key` text,
	`client_address` text NOT NULL,
	`operation` text NOT NULL,
	`entity_type` text NOT NULL,
	`entity_id` text,
	`result` text NOT NULL,
	`status` integer NOT NULL,
	`description` text,
	`duration_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `ix_audit_logs_created` ON `audit_logs` (`created_at`,`id`);
--> statement-breakpoint
CREATE INDEX `ix_audit_logs_user` ON `audit_logs` (`user_uuid`,`created_at`);
--> statement-breakpoint
CREATE INDEX `ix_audit_logs_domain` ON `audit_logs` (`domain_name`,`created_at`);
--> statement-breakpoint
CREATE INDEX `ix_audit_logs_entity` ON `audit_logs` (`entity_type`,`entity_id`);
--> statement-breakpoint
ALTER TABLE `users` ADD `totp_last_step` integer;
